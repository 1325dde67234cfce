// "3 min" goes on counting while the page stands; the server's own word for "just now" stays for the first minute.
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
  for (const time of times) {
    if (time.isConnected) count(time);
    else times.delete(time);
  }
}

function count(time) {
  const seconds = (Date.now() - new Date(time.dateTime)) / 1000;
  const [unit, length] = STEPS.find(([, length]) => seconds >= length) ?? [];
  if (!unit) return;
  const format = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "short" });
  time.textContent = format.format(Math.floor(seconds / length));
}
