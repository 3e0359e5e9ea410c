// What do the planner's pictures do beyond the house's? Room for every line of a field, and bars that open their records.
"use strict";
(() => {
  const ROW = 22;
  for (const figure of document.querySelectorAll("[data-chart]")) {
    const place = figure.querySelector(".live");
    const held = figure.querySelector('script[type="application/json"]');
    if (!place || !held) continue;
    const option = JSON.parse(held.textContent);
    const kind = option.series[0]?.type;
    if (kind === "heatmap") place.style.height = `${60 + ROW * option.yAxis.data.length}px`;
    if (kind === "sankey") place.style.height = "30rem";
    const watch = new MutationObserver(() => {
      const chart = window.echarts?.getInstanceByDom(place);
      if (!chart) return;
      watch.disconnect();
      chart.on("click", (event) => { if (event.data?.address) location.assign(event.data.address); });
    });
    watch.observe(place, { childList: true, attributes: true });
  }
})();
