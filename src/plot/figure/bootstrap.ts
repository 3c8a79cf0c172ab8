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
    var image = holder.querySelector("img");
    var plot = document.createElement("div");
    var figure = ready[1];
    if (holder.clientWidth) figure.layout.width = Math.min(figure.layout.width, Math.max(360, holder.clientWidth));
    holder.insertBefore(plot, holder.firstChild);
    return ready[0].newPlot(plot, figure).then(function () { if (image) image.remove(); });
  }).catch(function (error) { console.error("Podium could not draw a figure:", error); });
}`;
