// Draws the lanes on a canvas: bars that are wide enough one by one, the rest summed into a
// busy fraction a pixel, so that the overview of 100 000 items is not one grey block.
(async () => {
  "use strict";
  const LANE = 30, GAP = 8, AXIS = 26, LABEL = 150, THINNEST = 2; // px
  const canvas = document.getElementById("lanes");
  const under = document.getElementById("under");
  const pen = canvas.getContext("2d");
  const { span, words, lanes } = await unpack("bars");
  for (const lane of lanes) {
    let at = 0;
    lane.starts = Float64Array.from(lane.steps, (step) => (at += step));
  }
  let [from, to] = [0, span];
  let width = 0;

  const x = (time) => LABEL + ((time - from) / (to - from)) * (width - LABEL);
  const time = (pixel) => from + ((pixel - LABEL) / (width - LABEL)) * (to - from);
  const plain = (name) => { // a canvas does not know light-dark()
    canvas.style.color = `var(${name})`;
    return getComputedStyle(canvas).color;
  };
  const say = (ns) => {
    const [scale, unit] = ns >= 1e9 ? [1e9, "s"] : ns >= 1e6 ? [1e6, "ms"] : [1e3, "µs"];
    return `${Number((ns / scale).toFixed(3))} ${unit}`;
  };

  function firstAfter(starts, moment) {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] < moment) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function drawLane(lane, top, paint) {
    const busy = new Float32Array(Math.ceil(width) + 1);
    const first = Math.max(0, firstAfter(lane.starts, from) - 1);
    for (let item = first; item < lane.starts.length && lane.starts[item] <= to; item += 1) {
      const left = x(lane.starts[item]);
      const right = x(lane.starts[item] + lane.durations[item]);
      if (right < LABEL) continue;
      if (right - left >= THINNEST) {
        const start = Math.max(left, LABEL);
        pen.fillStyle = paint.bar;
        pen.fillRect(start, top, right - start - (right - left > 5 ? 1 : 0.3), LANE);
      } else {
        const pixel = Math.floor(left);
        const inside = Math.min(right, pixel + 1) - left;
        if (pixel >= LABEL) busy[pixel] += inside;
        if (right > pixel + 1) busy[pixel + 1] += right - left - inside;
      }
    }
    pen.fillStyle = paint.bar;
    busy.forEach((fraction, pixel) => {
      const height = Math.min(1, fraction) * LANE;
      if (height > 0) pen.fillRect(pixel, top + LANE - Math.max(height, 0.5), 1, Math.max(height, 0.5));
    });
    pen.fillStyle = paint.lost; // over the others, and never too thin to be seen
    for (const item of lane.lost) {
      const left = Math.max(x(lane.starts[item]), LABEL);
      const right = x(lane.starts[item] + lane.durations[item]);
      if (right >= LABEL && lane.starts[item] <= to) pen.fillRect(left, top, Math.max(right - left, 2), LANE);
    }
    pen.fillStyle = paint.ink;
    pen.fillText(lane.name, 10, top + LANE / 2 + 4, LABEL - 18);
    pen.fillStyle = paint.line;
    pen.fillRect(LABEL, top + LANE + GAP / 2, width - LABEL, 1);
  }

  function drawAxis(paint) {
    const target = ((to - from) / (width - LABEL)) * 130;
    const power = 10 ** Math.floor(Math.log10(target));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= target);
    for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) {
      pen.fillStyle = paint.line;
      pen.fillRect(x(tick), 0, 1, canvas.height);
      pen.fillStyle = paint.muted;
      pen.fillText(say(tick), x(tick) + 4, 17);
    }
  }

  function draw() {
    const scale = devicePixelRatio || 1;
    width = canvas.clientWidth;
    const height = AXIS + lanes.length * (LANE + GAP);
    canvas.style.height = `${height}px`;
    canvas.width = width * scale;
    canvas.height = height * scale;
    pen.scale(scale, scale);
    pen.font = "12px system-ui, sans-serif";
    const paint = { bar: plain("--accent"), lost: plain("--tone-fail"), ink: plain("--ink"), line: plain("--line"), muted: plain("--muted") };
    drawAxis(paint);
    lanes.forEach((lane, index) => drawLane(lane, AXIS + index * (LANE + GAP), paint));
  }

  function show(start, length) {
    const kept = Math.min(Math.max(length, 100), span);
    from = Math.min(Math.max(start, 0), span - kept);
    to = from + kept;
    draw();
  }

  function zoom(factor, centre = (from + to) / 2) {
    if (!factor) return show(0, span);
    return show(centre - (centre - from) * factor, (to - from) * factor);
  }

  function read(event) {
    const lane = lanes[Math.floor((event.offsetY - AXIS) / (LANE + GAP))];
    if (!lane || event.offsetX < LABEL) return;
    const moment = time(event.offsetX);
    const item = firstAfter(lane.starts, moment) - 1;
    if (item < 0 || lane.starts[item] + lane.durations[item] < moment) {
      under.textContent = `${lane.name}: idle at ${say(moment)}`;
    } else {
      const about = lane.args[item] && ` (${lane.args[item]})`;
      under.textContent = `${lane.name}: ${words[lane.words[item]]}${about} from ${say(lane.starts[item])} for ${say(lane.durations[item])}`;
    }
  }

  const keys = {
    "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), 0: () => zoom(0),
    ArrowLeft: () => show(from - (to - from) / 4, to - from),
    ArrowRight: () => show(from + (to - from) / 4, to - from),
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, time(event.offsetX));
  }, { passive: false });
  canvas.addEventListener("pointermove", (event) => {
    if (event.buttons) show(from - (event.movementX / (width - LABEL)) * (to - from), to - from);
    else read(event);
  });
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => zoom(Number(button.dataset.zoom)));
  }
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("resize", draw);
  draw();
})();
