// Draws each figure when it comes into view, in the colours of the reader's scheme, and all of them before printing.
// Marks the section that is being read.
(function () {
  "use strict";
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var darker = new Map(Object.entries(JSON.parse(document.getElementById("dark-colours").textContent)));
  var waiting = new Map();
  var drawn = new Map();
  document.querySelectorAll("script[data-figure]").forEach(function (block) {
    waiting.set(block.dataset.figure, block);
  });

  // A colour on a dark ground: the palette's counterpart, with the same opacity.
  function darkened(colour) {
    if (darker.has(colour)) return darker.get(colour);
    var parts = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(colour);
    if (!parts) return colour;
    var hex = "#" + parts.slice(1, 4).map(function (part) {
      return Number(part).toString(16).padStart(2, "0").toUpperCase();
    }).join("");
    if (!darker.has(hex)) return colour;
    return darker.get(hex) + Math.round(255 * Number(parts[4])).toString(16).padStart(2, "0");
  }

  function painted(value, isDark) {
    if (typeof value === "string") return isDark ? darkened(value) : value;
    if (Array.isArray(value)) return value.map(function (one) { return painted(one, isDark); });
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(function (pair) {
      return [pair[0], painted(pair[1], isDark)];
    }));
  }

  function show(id, onPaper) {
    var content = drawn.get(id);
    var place = document.getElementById(id);
    var figure = painted(content.figure, dark.matches && !onPaper);
    if (onPaper) {
      var size = { width: place.closest(".beside") ? 400 : 680, height: Math.round(0.8 * figure.layout.height) };
      Object.assign(figure.layout, size, { autosize: false });
      figure.layout.font.size = 11;
    }
    place.style.height = figure.layout.height + "px";
    Plotly.react(place, figure.data, figure.layout, content.config);
  }

  function draw(id) {
    var block = waiting.get(id);
    if (!block) return;
    waiting.delete(id);
    drawn.set(id, JSON.parse(block.textContent));
    show(id);
  }

  function redraw(onPaper) {
    drawn.forEach(function (_, id) { show(id, onPaper); });
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
  waiting.forEach(function (_, id) { watcher.observe(document.getElementById(id)); });
  dark.addEventListener("change", function () { redraw(); });

  // The link of the section that is being read.
  var links = new Map();
  document.querySelectorAll("nav a").forEach(function (link) {
    links.set(link.hash.slice(1), link);
  });
  var reading = null;
  function mark() {
    var found = null;
    links.forEach(function (link, id) {
      var place = document.getElementById(id);
      if (place && (!found || place.getBoundingClientRect().top < 120)) found = link;
    });
    if (found === reading) return;
    if (reading) reading.removeAttribute("aria-current");
    reading = found;
    if (!found) return;
    found.setAttribute("aria-current", "true");
    // On a narrow screen the bar follows along.
    var bar = found.closest("ul");
    bar.scrollLeft = found.offsetLeft - (bar.clientWidth - found.offsetWidth) / 2;
  }
  var asked = false;
  window.addEventListener("scroll", function () {
    if (asked) return;
    asked = true;
    window.requestAnimationFrame(function () { asked = false; mark(); });
  }, { passive: true });
  mark();

  // On paper: light figures of the paper's width, and folded tables in an appendix (those of the data check stay away).
  var moved = [];
  var appendix = null;
  window.addEventListener("beforeprint", function () {
    Array.from(waiting.keys()).forEach(draw);
    redraw(true);
    appendix = document.createElement("section");
    appendix.className = "chapter appendix";
    appendix.append(document.createElement("h2"));
    appendix.firstChild.textContent = "Appendix: tables";
    document.querySelectorAll("details.folded").forEach(function (details) {
      if (details.closest("#data")) return;
      var place = document.createElement("div");
      var over = details.closest(".part").querySelector("h3 .over");
      var title = document.createElement("h3");
      title.textContent = (over ? over.textContent + ": " : "") + details.querySelector("caption").textContent;
      place.append(title);
      Array.from(details.children).slice(1).forEach(function (child) {
        moved.push([details, child]);
        place.append(child);
      });
      appendix.append(place);
    });
    if (moved.length) document.querySelector(".chapters").append(appendix);
  });
  window.addEventListener("afterprint", function () {
    moved.forEach(function (pair) { pair[0].append(pair[1]); });
    moved = [];
    if (appendix) appendix.remove();
    appendix = null;
    redraw();
  });
})();
