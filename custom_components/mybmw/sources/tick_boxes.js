(async () => {
  const wanted = __WANTED__, texts = __TEXTS__;
  const more = ["more", "mehr", "meer", "plus", "más", "mais", "altri", "altro", "mer", "mere", "fler", "flere", "lisää", "więcej", "další", "více"];
  const name = /vehicle(?:\.\w+)+/;
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const up = (item) => item.parentElement || item.getRootNode().host;
  const deep = (root) => [...root.children].flatMap((item) => [item, ...(item.shadowRoot ? deep(item.shadowRoot) : []), ...deep(item)]);
  const isBox = (item) => item.matches("input[type=checkbox],[role=checkbox],[role=switch]") && !item.disabled && item.getAttribute("aria-disabled") != "true";
  const isOn = (box) => box.checked ?? box.getAttribute("aria-checked") == "true";
  const clean = (text) => text.replace(/[\u200b\u00ad]/g, "").trim();
  const nameIn = (row) => {
    for (const item of [row, ...deep(row)]) {
      const whole = clean(item.textContent);
      const own = [...item.childNodes].filter((node) => node.nodeType == 3).map((node) => clean(node.data));
      const found = whole.match(name)?.[0] == whole ? whole : [...own, ...[...item.attributes].map((part) => part.value)].map((text) => text.match(name)?.[0]).find(Boolean);
      if (found) return found;
    }
  };
  const find = () => {
    const all = deep(document.body), counts = new Map(), known = new Map();
    const boxes = all.filter(isBox);
    for (const box of boxes) for (let item = box; item; item = up(item)) counts.set(item, (counts.get(item) || 0) + 1);
    for (const box of boxes) {
      let row = box;
      while (up(row) && counts.get(up(row)) == 1) row = up(row);
      const found = nameIn(row);
      if (found && !known.has(found)) known.set(found, box);
    }
    return { all, known };
  };
  const next = ({ all, known }) => all.slice(all.indexOf([...known.values()].at(-1)) + 1).filter((item) => item.matches("button,[role=button]") && item.getClientRects().length).slice(0, 3).find((item) => !item.disabled && item.textContent.length < 40 && item.textContent.toLowerCase().split(/[^\p{L}]+/u).some((word) => more.includes(word)));
  const chosen = (known) => new Map([...known].filter(([found]) => !wanted.length || wanted.includes(found)));
  const say = (text, n, m) => {
    const message = text.replace("{n}", n).replace("{m}", m);
    console.log(message);
    alert(message);
  };
  let page = find(), whole = true;
  if (page.known.size < 3) return say(texts.nothing);
  for (let tries = 0, rounds = 0; tries < 2 && rounds < 200; rounds++) {
    const button = next(page), shown = page.known.size;
    if (button) button.click();
    else [...page.known.values()].at(-1).scrollIntoView();
    for (let waited = 0; waited < (button ? 15000 : 3000) && page.known.size <= shown; waited += 250) {
      await sleep(250);
      page = find();
      if (!button && next(page)) break;
    }
    whole = !button;
    tries = page.known.size > shown || (!button && next(page)) ? 0 : button ? tries + 1 : 2;
  }
  for (let pass = 0; pass < 3; pass++) {
    const done = new Set();
    for (let boxes = chosen(find().known); ; ) {
      const [found, box] = [...boxes].find(([found, box]) => !done.has(found) && !isOn(box)) || [];
      if (!box) break;
      done.add(found);
      box.click();
      await sleep(20);
      if ([...boxes.values()].some((other) => !other.isConnected)) boxes = chosen(find().known);
    }
    if (!done.size) break;
    await sleep(1500);
  }
  const boxes = [...chosen(find().known).values()];
  say(whole ? texts.ticked : texts.partly, boxes.filter(isOn).length, boxes.length);
})();
