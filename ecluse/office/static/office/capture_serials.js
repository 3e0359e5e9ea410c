// Is this a serial number as it stands on a unit? The same rules as ecluse/custody/scan.py, asked before a line is queued.
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";
const DIGITS = 6;
const SERIAL = /^([A-Z0-9][A-Z0-9-]{0,19})([0-9]{6})([0-9A-Z*])$/;
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;
const LOOKS = new Map([..."АВЕЅІЈКМНОРСТУХЗΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"].map((mark, at) => [mark, "ABESIJKMHOPCTYX3ABEZHIKMNOPTYX"[at]]));
const MEANT = new Map([..."OQDILSBZ"].map((mark, at) => [mark, "00011582"[at]]));
const mapped = (text, table) => [...text].map((mark) => table.get(mark) ?? mark).join("");
const code = (mark) => `U+${mark.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
export const RUN = "..";
export const LONGEST_LINE = 80;
export const MOST_LINES = 5000;

// ISO/IEC 7064 MOD 37-2: hyphens are for the eye and do not enter the check.
export function checkCharacter(text) {
  let total = 0;
  for (const mark of text.replaceAll("-", "")) total = ((total + ALPHABET.indexOf(mark)) * 2) % 37;
  return ALPHABET[(((1 - total) % 37) + 37) % 37];
}

export function plain(text) {
  const folded = mapped(text.normalize("NFKC").toUpperCase(), LOOKS).replace(/[‐‑‒–—―−]/g, "-");
  return folded.replace(/\s+/gu, "");
}

export function likely(text) {
  if (text.length < 8 || !/^[\x00-\x7f]*$/.test(text)) return "";
  const head = text.slice(0, -7);
  const meant = head + mapped(text.slice(-7, -1), MEANT) + text.slice(-1);
  if (meant === text || !SERIAL.test(meant)) return "";
  return checkCharacter(meant.slice(0, -1)) === text.slice(-1) ? meant : "";
}

function doubtOfOne(text) {
  const marks = [...text];
  const hidden = marks.findIndex((mark) => HIDDEN.test(mark));
  if (hidden >= 0) return { kind: "control", mark: code(marks[hidden]), at: hidden + 1 };
  const meant = plain(text);
  if (meant !== text) {
    const fair = [...meant];
    const wrong = marks.findIndex((mark, at) => mark !== fair[at]);
    const mark = /\s/u.test(marks[wrong]) ? code(marks[wrong]) : `${marks[wrong]} (${code(marks[wrong])})`;
    return { kind: "look_alike", serial: text, at: wrong + 1, mark, meant };
  }
  const parts = SERIAL.exec(text);
  if (parts && checkCharacter(parts[1] + parts[2]) === parts[3]) return null;
  const better = likely(text);
  return { kind: (parts ? "check" : "form") + (better ? "_likely" : ""), serial: text, meant: better };
}

// What is wrong with this line: one serial number, or the first and last of a run? null when nothing is.
export function doubtOf(line) {
  const at = line.indexOf(RUN);
  const ends = at < 0 ? [line] : [line.slice(0, at), line.slice(at + RUN.length)];
  for (const [place, end] of ends.entries()) {
    const doubt = doubtOfOne(end);
    if (doubt?.meant) doubt.meant = ends.map((each, other) => (other === place ? doubt.meant : each)).join(RUN);
    if (doubt) return doubt;
  }
  const [first, last] = spanOf(line);
  if (first.prefix !== last.prefix || last.number < first.number) return { kind: "no_run", first: ends[0], last: ends[1] };
  return null;
}

function spanOf(line) {
  const ends = line.split(RUN).map((end) => SERIAL.exec(end)).map((parts) => ({ prefix: parts[1], number: Number(parts[2]) }));
  return [ends[0], ends[ends.length - 1]];
}

// How many units does this line name?
export function unitsOf(line) {
  const [first, last] = spanOf(line);
  return last.number - first.number + 1;
}

// Which of these lines, counted from 1, names a unit that this line names too? 0 for none.
export function namedBy(lines, line) {
  const [first, last] = spanOf(line);
  return 1 + lines.findIndex((other) => {
    const [from, to] = spanOf(other);
    return from.prefix === first.prefix && from.number <= last.number && first.number <= to.number;
  });
}
