// Which logs and witnesses does this policy know, and how many witnesses are enough? C2SP tlog-policy.
import { asLatin1, asText, fromLatin1 } from "./bytes.mjs";
import { COSIGNER_ED25519, COSIGNER_ML_DSA_44, isSameKey, LOG_ED25519, readKey } from "./note.mjs";

const POLICY_BYTES_LIMIT = 1_000_000;
const MEMBERS_LIMIT = 1_000;

export class PolicyError extends Error {
  constructor(line) {
    super(`line ${line}`);
    this.line = line;
  }

  form() {
    return { bad_policy: this.line };
  }
}

class StatementError extends Error {}

const ensureStatement = (holds) => {
  if (!holds) throw new StatementError("not a statement of a policy");
};

function keyIn(word, kinds) {
  let text = "";
  try {
    text = asText(fromLatin1(word));
  } catch {
    ensureStatement(false);
  }
  const key = readKey(text);
  ensureStatement(key && kinds.includes(key.kind));
  return key;
}

function addGroup(policy, name, needed, members) {
  const taken = new Set([...policy.groups.values()].flatMap((group) => group.members));
  for (const member of members) {
    ensureStatement((policy.witnesses.has(member) || policy.groups.has(member)) && !taken.has(member));
    taken.add(member);
  }
  const least = needed === "all" ? members.length : needed === "any" ? 1 : /^[1-9][0-9]{0,5}$/.test(needed) ? Number(needed) : 0;
  ensureStatement(least >= 1 && least <= members.length && members.length <= MEMBERS_LIMIT);
  policy.groups.set(name, { least, members });
}

function addStatement(policy, [kind, ...rest]) {
  const isNew = (name) => !policy.witnesses.has(name) && !policy.groups.has(name) && name !== "none";
  if (kind === "log" && (rest.length === 1 || rest.length === 2)) {
    const key = keyIn(rest[0], [LOG_ED25519]);
    ensureStatement(!policy.logs.some((other) => isSameKey(key, other)));
    policy.logs.push(key);
  } else if (kind === "witness" && (rest.length === 2 || rest.length === 3)) {
    const key = keyIn(rest[1], [COSIGNER_ED25519, COSIGNER_ML_DSA_44]);
    ensureStatement(isNew(rest[0]) && ![...policy.witnesses.values()].some((other) => isSameKey(key, other)));
    policy.witnesses.set(rest[0], key);
  } else if (kind === "group" && rest.length > 2) {
    ensureStatement(isNew(rest[0]));
    addGroup(policy, rest[0], rest[1], rest.slice(2));
  } else {
    ensureStatement(kind === "quorum" && rest.length === 1 && !policy.quorum);
    ensureStatement(rest[0] === "none" || policy.witnesses.has(rest[0]) || policy.groups.has(rest[0]));
    policy.quorum = rest[0];
  }
}

// Throws PolicyError with the line, 0 where the whole lacks a quorum or is too long.
export function readPolicy(content) {
  if (content.length > POLICY_BYTES_LIMIT) throw new PolicyError(0);
  const policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: "" };
  asLatin1(content).split("\n").forEach((text, at) => {
    const words = text.split(/[\t ]/).filter((word) => word);
    if (!words.length || words[0].startsWith("#")) return;
    try {
      ensureStatement(!/[\x00-\x08\x0b-\x1f\x7f]/.test(text));
      addStatement(policy, words);
    } catch (error) {
      if (error instanceof StatementError) throw new PolicyError(at + 1);
      throw error;
    }
  });
  if (!policy.quorum) throw new PolicyError(0);
  return policy;
}

export function hasQuorum(policy, names) {
  const held = new Set(names);
  for (const [name, group] of policy.groups) {
    if (group.members.filter((member) => held.has(member)).length >= group.least) held.add(name);
  }
  return policy.quorum === "none" || held.has(policy.quorum);
}
