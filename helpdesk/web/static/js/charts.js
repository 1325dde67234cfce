// The server has drawn the chart already; where there is JavaScript it can be asked as well: words at a point, series
// switched off by the legend, the tickets behind a point. The library is fetched when the first chart comes into view.
let library;

export function chart(element) {
  const given = JSON.parse(element.dataset.chart);
  const live = document.createElement("div");
  live.className = "chart__live";
  live.setAttribute("role", "img");
  live.setAttribute("aria-label", `${given.title}. ${given.summary}`);

  const seen = new IntersectionObserver(async (entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    try {
      begin(await fetchLibrary(element.dataset.chartLibrary), element, live, given);
    } catch {
      live.remove(); // the server's drawing stays
    }
  });
  seen.observe(element);
}

function begin(echarts, element, live, given) {
  let drawn;
  const draw = () => {
    const width = element.clientWidth;
    if (!width) return;
    const made = width < given.below ? given.narrow : given.wide;
    if (!live.isConnected) element.prepend(live);
    const room = Math.min(width, parseFloat(getComputedStyle(live).maxInlineSize) || width);
    // What bends between its points would bend out of a picture that grew in one direction only.
    const height = Math.round(given.keepsShape ? (made.height * room) / made.width : made.height);
    drawn?.dispose();
    // Set through the object model, which the policy for styles allows.
    live.style.blockSize = `${height}px`;
    drawn = echarts.init(live, null, { renderer: "svg", width: room, height });
    drawn.setOption(inColours(made.option, colours(given.colours, element), getComputedStyle(element).fontFamily));
    drawn.on("click", ({ data }) => {
      if (data?.url) location.assign(data.url);
    });
  };
  draw();

  let width = element.clientWidth;
  new ResizeObserver(() => {
    if (!element.isConnected) drawn?.dispose();
    else if (Math.abs(element.clientWidth - width) > 1) {
      width = element.clientWidth;
      draw();
    }
  }).observe(element);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

function fetchLibrary(url) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.echarts);
    script.onerror = () => {
      library = undefined;
      reject(new Error(url));
    };
    document.head.append(script);
  });
  return library;
}

// light-dark() is settled only in a property of a real element.
function colours(names, element) {
  const probe = document.createElement("span");
  element.append(probe);
  const settled = {};
  for (const [light, name] of Object.entries(names)) {
    probe.style.color = `var(${name})`;
    settled[light] = getComputedStyle(probe).color;
  }
  probe.remove();
  return settled;
}

function inColours(option, settled, fontFamily) {
  const made = JSON.parse(JSON.stringify(option), (_key, value) => (typeof value === "string" && settled[value]) || value);
  made.textStyle.fontFamily = fontFamily;
  return made;
}
