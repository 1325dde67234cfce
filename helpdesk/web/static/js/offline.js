export function offline(banner) {
  const tell = () => (banner.hidden = navigator.onLine);
  addEventListener("online", tell);
  addEventListener("offline", tell);
  tell();
}
