// What test_dashboard_page.py runs within the page. Returns what is wrong.
const luminance = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const contrast = (a, b) => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
const over = ([r, g, b, a = 1], under) => [r, g, b].map((part, i) => part * a + under[i] * (1 - a));
const ground = (node) => {
  const under = node.parentElement ? ground(node.parentElement) : [255, 255, 255];
  return over(parts(getComputedStyle(node).backgroundColor), under);
};

const faults = [];
let looked = 0;
for (const node of document.querySelectorAll('body *')) {
  const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  if (!own || !node.getClientRects().length || ['SCRIPT', 'STYLE', 'OPTION'].includes(node.tagName)) continue;
  looked += 1;
  const under = ground(node);
  const ratio = contrast(over(parts(getComputedStyle(node).color), under), under);
  if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${node.tagName} ${node.textContent.slice(0, 40)}`);
}
if (looked < 50) faults.push(`only ${looked} texts were looked at`);
const style = getComputedStyle(document.documentElement);
const colour = (name) => {
  const probe = document.createElement('i');
  probe.style.color = style.getPropertyValue(name);
  document.body.append(probe);
  const found = parts(getComputedStyle(probe).color);
  probe.remove();
  return found;
};
for (const bar of ['--full-bar', '--quick', '--failed-bar', '--cut-bar']) {
  const ratio = contrast(colour(bar), colour('--surface'));
  if (ratio < 3) faults.push(`contrast ${ratio.toFixed(2)}: ${bar}`);
}
if (document.documentElement.scrollWidth > innerWidth) {
  faults.push(`wider than the window: ${document.documentElement.scrollWidth} of ${innerWidth}`);
}
for (const node of document.querySelectorAll('main *')) {
  const box = node.getBoundingClientRect();
  if (box.width > 1 && (box.right > innerWidth + 0.5 || box.left < -0.5)) {
    if (!node.closest('.scroll')) faults.push(`sticks out: ${node.tagName} ${node.textContent.slice(0, 40)}`);
  }
}
return faults;
