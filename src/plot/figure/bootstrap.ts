/**
 * The script of every figure's HTML, run in the page. It finds plotly.js in the page (embedded by any figure, or kept
 * by the browser from an earlier time), loads it once, hidden from RequireJS and CommonJS, and draws. Figures whose
 * page has no library yet wait for it and meanwhile show their image.
 */
export const bootstrap = `function (id, version, content) {
  var script = document.currentScript;
  var key = "podiumPlotly " + version;
  var page = window[key] || (window[key] = {});

  function unpack(text) {
    var bytes = Uint8Array.from(atob(text), function (c) { return c.charCodeAt(0); });
    var plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(plain).text();
  }

  function kept(mode, action) {
    return new Promise(function (resolve, reject) {
      var open = indexedDB.open("podium", 1);
      open.onupgradeneeded = function () { open.result.createObjectStore("library"); };
      open.onerror = reject;
      open.onsuccess = function () {
        var request = action(open.result.transaction("library", mode).objectStore("library"));
        request.onerror = reject;
        request.onsuccess = function () { resolve(request.result); open.result.close(); };
      };
    });
  }

  function find() {
    return new Promise(function (resolve) {
      var tries = 0;
      (function look() {
        var found = document.querySelector('script[data-podium-plotly="' + version + '"]');
        if (found) {
          kept("readwrite", function (store) { return store.put(found.textContent, version); }).catch(function () {});
          return resolve(found.textContent);
        }
        if (tries === 3) {
          kept("readonly", function (store) { return store.get(version); })
            .then(function (text) { if (text) resolve(text); }).catch(function () {});
        }
        setTimeout(look, Math.min(2000, 100 * ++tries));
      })();
    });
  }

  function run(code) {
    var before = window.Plotly;
    var element = document.createElement("script");
    element.textContent = "(function (define, require, module, exports) {" + code + "\\n}).call(window)";
    document.head.appendChild(element).remove();
    var Plotly = window.Plotly;
    if (before) window.Plotly = before;
    return Plotly;
  }

  if (!page.library) page.library = find().then(unpack).then(run);
  var spec = typeof content === "string" ? unpack(content).then(JSON.parse) : content;
  Promise.all([page.library, spec]).then(function (ready) {
    var holder = (script && script.parentNode) || document.getElementById(id);
    if (!holder) return;
    var Plotly = ready[0];
    var figure = ready[1];
    var image = holder.querySelector("img");
    var plot = document.createElement("div");
    var natural = { width: figure.layout.width, height: figure.layout.height };
    var margin = figure.layout.margin || {};
    var bars = {};
    Object.keys(figure.layout).forEach(function (key) {
      var bar = /^coloraxis/.test(key) && figure.layout[key].colorbar;
      if (bar && bar.x > 1) bars[key] = bar.x;
    });

    // as wide as the page has room; images keep their shape
    function fitted() {
      var across = (margin.l || 0) + (margin.r || 0);
      var upright = (margin.t || 0) + (margin.b || 0);
      var room = holder.clientWidth || natural.width;
      var width = Math.min(natural.width, Math.max(360, room));
      var share = figure.layout.meta && figure.layout.meta.shape ? (width - across) / (natural.width - across) : 1;
      var change = { width: width, height: upright + (natural.height - upright) * share };
      // colour bars stand in the margin, whose pixels stay
      Object.keys(bars).forEach(function (key) {
        change[key + ".colorbar.x"] = 1 + ((bars[key] - 1) * (natural.width - across)) / (width - across);
      });
      return change;
    }
    // the page's own colours: text as the text around it, everything else see-through
    function colors() {
      var color = getComputedStyle(holder).color;
      return { "font.color": color, "modebar.color": color, "modebar.bgcolor": "rgba(0,0,0,0)" };
    }
    var look = figure.layout.template && figure.layout.template.layout;
    var follows = look && look.paper_bgcolor && !figure.layout.paper_bgcolor && !(figure.layout.font || {}).color;
    if (follows) {
      look.paper_bgcolor = look.plot_bgcolor = "rgba(0,0,0,0)";
      look.font.color = getComputedStyle(holder).color;
    }
    var first = fitted();
    Object.keys(first).forEach(function (key) {
      var path = key.split(".");
      var last = path.pop();
      path.reduce(function (at, name) { return at[name]; }, figure.layout)[last] = first[key];
    });
    holder.insertBefore(plot, holder.firstChild);
    return Plotly.newPlot(plot, figure).then(function () {
      if (image) image.remove();
      holder.style.minHeight = "";
      var asked;
      function later(change) {
        clearTimeout(asked);
        asked = setTimeout(function () { if (plot.isConnected) Plotly.relayout(plot, change()); }, 100);
      }
      if (follows) {
        new MutationObserver(function () { later(function () { return Object.assign(colors(), fitted()); }); })
          .observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
      }
      var before = holder.clientWidth;
      if (window.ResizeObserver) new ResizeObserver(function () {
        if (holder.clientWidth && holder.clientWidth !== before) later(fitted);
        before = holder.clientWidth;
      }).observe(holder);
    });
  }).catch(function (error) { console.error("Podium could not draw a figure:", error); });
}`;
