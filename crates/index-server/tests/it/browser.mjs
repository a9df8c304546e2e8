// Visits pages with a real browser and says what is wrong with them, as JSON lines on standard
// output: what axe finds, pages that are wider than the screen, messages of the console, and what
// the keyboard does not reach. Reads one JSON object from the file that is its first argument.
//
// Started by browser.rs. Its packages (playwright-core, axe-core) lie in the folder `packages`.

import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';

const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const require = createRequire(plan.packages + '/package.json');
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const WIDTHS = [400, 800, 1280];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const tell = (finding) => console.log(JSON.stringify(finding));

const browser = await chromium.launch({
  executablePath: plan.chromium,
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
});

async function visit(page, name, path, theme) {
  const answer = await page.goto(plan.base + path);
  if (answer.status() !== (plan.pages.find((one) => one.path === path).status ?? 200)) {
    tell({ page: name, problem: `status ${answer.status()}` });
  }
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) tell({ page: name, theme, width, problem: `is ${wide} pixels wide` });
    if (plan.screenshots) {
      mkdirSync(plan.screenshots, { recursive: true });
      await page.screenshot({ path: `${plan.screenshots}/${name}-${theme}-${width}.png` });
    }
    if (width === 800) continue;
    // Style sheets and scripts of the page are bound by its policy; what is evaluated is not.
    await page.evaluate(axe);
    const found = await page.evaluate((rules) => axe.run({ runOnly: rules }), RULES);
    for (const violation of found.violations) {
      const places = violation.nodes.map((node) => node.html).slice(0, 3);
      tell({ page: name, theme, width, problem: `${violation.id}: ${violation.help}`, places });
    }
  }
}

// Each thing that can be used is reached by the keyboard, in the order of the page, and can be seen
// to be reached.
async function walk(page, name, path) {
  await page.goto(plan.base + path);
  const wanted = await page.evaluate(
    () => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
      .filter((one) => one.type !== 'hidden' && one.tabIndex >= 0 && !one.disabled)
      .filter((one) => one.checkVisibility()).length,
  );
  const reached = await page.evaluate(() => { window.reached = new Set(); return 0; });
  let count = reached;
  for (let step = 0; step < wanted + 5; step += 1) {
    await page.keyboard.press('Tab');
    const [size, seen, what] = await page.evaluate(() => {
      const one = document.activeElement;
      if (one === document.body) return [window.reached.size, true, ''];
      window.reached.add(one);
      const style = getComputedStyle(one);
      const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
      return [window.reached.size, seen, one.outerHTML.slice(0, 120)];
    });
    count = size;
    if (!seen) tell({ page: name, problem: 'the focus cannot be seen', places: [what] });
  }
  // Buttons of one choice (radio) count as one for the keyboard.
  const radios = await page.evaluate(() => {
    const names = [...document.querySelectorAll('input[type=radio]')].map((one) => one.name);
    return names.length - new Set(names).size;
  });
  if (count < wanted - radios) {
    tell({ page: name, problem: `the keyboard reaches ${count} of ${wanted - radios}` });
  }
}

// The button beside the install line: by the keyboard, with a clipboard and without, and without script.
async function copy({ path, text }) {
  const wrong = (problem) => tell({ page: path, problem: `copy button: ${problem}` });
  const install = (page) => page.locator('button[data-copy=install]');
  const press = async (page) => {
    await page.goto(plan.base + path);
    await install(page).focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('.copied').textContent !== '');
    return page.textContent('.copied');
  };
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  const said = await press(page);
  if (said !== 'Copied') wrong(`says ${said}`);
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  if (copied !== await page.textContent('#install') || !copied.endsWith(` ${text}`)) {
    wrong(`copied ${copied}`);
  }
  await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  const without = await press(page);
  if (!without.startsWith('Selected')) wrong(`says ${without} without a clipboard`);
  const selected = await page.evaluate(() => getSelection().toString());
  if (selected !== copied) wrong(`selected ${selected}`);
  await context.close();
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const still = await plain.newPage();
  await still.goto(plan.base + path);
  if (await install(still).isVisible()) wrong('is there without script');
  await plain.close();
}

let visited = 0;
for (const theme of ['light', 'dark']) {
  const context = await browser.newContext({ colorScheme: theme });
  const page = await context.newPage();
  page.on('console', (message) => {
    const isFailure = message.text().includes('the server responded with a status of');
    if (message.type() === 'error' && !isFailure) {
      tell({ page: page.url(), problem: `console: ${message.text()}` });
    }
  });
  let signedIn = false;
  for (const { name, path, user } of plan.pages) {
    if (user && !signedIn) {
      await page.goto(plan.base + '/account/login/');
      await page.fill('input[name=user]', plan.user);
      await page.fill('input[name=password]', plan.password);
      await page.keyboard.press('Enter');
      await page.waitForURL((url) => !url.pathname.endsWith('/login/'));
      signedIn = true;
    }
    await visit(page, name, path, theme);
    if (theme === 'light') await walk(page, name, path);
    visited += 1;
  }
  await context.close();
}
await copy(plan.copies);
await browser.close();
console.log(JSON.stringify({ visited }));
