// Draw each figure when it comes into view, and all of them before printing.
(function () {
  "use strict";
  var blocks = new Map();
  document.querySelectorAll("script[data-figure]").forEach(function (block) {
    blocks.set(block.dataset.figure, block);
  });

  function draw(id) {
    var block = blocks.get(id);
    if (!block) return;
    blocks.delete(id);
    var content = JSON.parse(block.textContent);
    Plotly.newPlot(id, content.figure.data, content.figure.layout, content.config);
  }

  var watcher = new IntersectionObserver(
    function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) return;
        watcher.unobserve(entry.target);
        draw(entry.target.id);
      });
    },
    { rootMargin: "400px" }
  );
  blocks.forEach(function (_, id) {
    watcher.observe(document.getElementById(id));
  });

  var folded = [];
  window.addEventListener("beforeprint", function () {
    Array.from(blocks.keys()).forEach(draw);
    document.querySelectorAll(".js-plotly-plot").forEach(function (plot) {
      Plotly.relayout(plot, { width: 680, autosize: false });
    });
    folded = Array.from(document.querySelectorAll("details:not([open], .note)"));
    folded.forEach(function (details) {
      details.open = true;
    });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll(".js-plotly-plot").forEach(function (plot) {
      Plotly.relayout(plot, { width: null, autosize: true });
    });
    folded.forEach(function (details) {
      details.open = false;
    });
  });
})();
