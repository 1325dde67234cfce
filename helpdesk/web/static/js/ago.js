// "3 min ago" goes on counting while the page stands.
const STEPS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];
const times = new Set();

export function ago(time) {
  if (!times.size) setInterval(tick, 60_000);
  times.add(time);
}

function tick() {
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: "short" });
  for (const time of times) {
    if (!time.isConnected) times.delete(time);
    else time.textContent = inWords(time.dateTime, format);
  }
}

function inWords(instant, format) {
  const seconds = (new Date(instant) - Date.now()) / 1000;
  const [unit, length] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? STEPS.at(-1);
  return format.format(Math.round(seconds / length), unit);
}
