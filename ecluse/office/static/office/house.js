// What does the page do beyond HTML? Theme without a reload, letters that move about, pictures that answer the pointer.
"use strict";
(() => {
  const root = document.documentElement;

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!event.target.matches("[data-themes]") || !button) return;
    event.preventDefault();
    root.dataset.colorScheme = button.value;
    for (const each of event.target.querySelectorAll("button")) each.setAttribute("aria-pressed", String(each === button));
    const body = new FormData(event.target, button);
    fetch(event.target.action, { method: "POST", body, redirect: "manual", keepalive: true });
    document.dispatchEvent(new Event("house:theme"));
  });

  // "/" to the search, "g" and a letter to a place; off where the reader said so, and never while typing.
  let waiting = 0;
  const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;
  document.addEventListener("keydown", (event) => {
    if (root.dataset.shortcuts !== "on" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      const field = document.querySelector("[data-search]");
      if (field) { event.preventDefault(); field.focus(); field.select(); }
    } else if (event.key === "g") {
      waiting = Date.now();
    } else if (Date.now() - waiting < 1500) {
      waiting = 0;
      const link = document.querySelector(`[data-letter="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
    }
  });

  // An open sheet of a list closes on Escape and on a click outside it.
  const closeAll = (except) => {
    for (const each of document.querySelectorAll("details.pop[open]")) if (each !== except) each.open = false;
  };
  document.addEventListener("click", (event) => closeAll(event.target.closest("details.pop")));
  document.addEventListener("keydown", (event) => {
    const open = document.querySelector("details.pop[open]");
    if (event.key === "Escape" && open) { open.open = false; open.querySelector("summary").focus(); }
  });

  // A page that comes back with faults puts the reader at their list.
  const faults = document.querySelector(".errors[tabindex]");
  if (faults) faults.focus();

  // A draft is kept after five seconds of pause; what was kept is said by the server.
  for (const form of document.querySelectorAll("form[data-draft]")) {
    let timer = 0;
    const keep = () => { if (window.htmx) window.htmx.trigger(form, "house:pause"); };
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 5000); });
  }

  // A drawn chart becomes one that answers the pointer, in the page's own colours and type.
  const live = [];
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const said = (number) => typeof number === "number" ? number.toLocaleString(root.lang) : number;
  // What flows on has the water's colour; where it ends has a colour of its own.
  const coloured = (each, palette) => {
    let ends = 0;
    return each.data.map((node) => {
      const flowsOn = each.links.some((link) => link.source === node.name);
      return { ...node, itemStyle: { color: flowsOn ? palette[0] : palette[1 + (ends++ % 5)] } };
    });
  };
  const dressed = (option, wide) => {
    const text = colour("--ds-color-neutral-text-default");
    const soft = colour("--ds-color-neutral-text-subtle");
    const line = colour("--house-line");
    const axis = { axisLabel: { color: soft, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line } } };
    const worn = {
      ...option, animation: false,
      color: [colour("--house-water"), "#d99215", "#7a5ea8", "#b3495c", "#5b8a3c", "#66757a"],
      textStyle: { fontFamily: "Inter, system-ui, sans-serif", color: text },
      tooltip: { ...option.tooltip, backgroundColor: colour("--house-paper"), borderColor: line, textStyle: { color: text } },
    };
    for (const side of ["xAxis", "yAxis"]) {
      if (!option[side]) continue;
      worn[side] = { ...option[side], ...axis };
      if (option[side].type === "value") worn[side] = { ...worn[side], splitNumber: wide < 500 ? 2 : 4, axisLabel: { ...axis.axisLabel, formatter: said } };
    }
    worn.tooltip.valueFormatter = said;
    if (option.legend) worn.legend = { ...option.legend, textStyle: { color: text } };
    worn.series = option.series.map((each) => each.type === "sankey" ? { ...each, data: coloured(each, worn.color), right: Math.min(150, wide * .22), label: { color: text, width: 120, overflow: "break", lineHeight: 14 } } : each.label ? { ...each, label: { ...each.label, color: text, textBorderColor: "transparent" } } : each);
    return worn;
  };
  const enliven = (figure) => {
    const option = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const place = figure.querySelector(".live");
    if (option.series[0]?.type === "sankey" && figure.clientWidth < 480) return;
    figure.dataset.live = "yes";
    const points = Math.max(...[option.xAxis, option.yAxis].map((each) => each?.data?.length ?? 0));
    if (option.series[0]?.type === "bar") place.style.height = `${90 + points * (18 + 20 * option.series.length)}px`;
    const chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(dressed(option, place.clientWidth));
    live.push({ chart, option });
  };
  const figures = [...document.querySelectorAll("[data-chart]")].filter((each) => each.querySelector(".live"));
  if (figures.length) {
    const script = document.createElement("script");
    script.src = figures[0].dataset.chart;
    script.addEventListener("load", () => figures.forEach(enliven));
    document.head.append(script);
    addEventListener("resize", () => live.forEach(({ chart }) => chart.resize()));
    const again = () => live.forEach(({ chart, option }) => chart.setOption(dressed(option, chart.getWidth()), true));
    document.addEventListener("house:theme", again);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  }
})();
