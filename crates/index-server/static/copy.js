// Buttons that copy the text beside them. Without this script they stay hidden, and nothing is missed.
//
// A button names the element whose text it copies in `data-copy`; what happened is said to screen
// readers in the page's element with the class `copied`.
'use strict';

for (const button of document.querySelectorAll('button[data-copy]')) {
  const source = document.getElementById(button.dataset.copy);
  const said = document.querySelector('.copied');
  const label = button.textContent;
  button.addEventListener('click', async () => {
    let result;
    try {
      await navigator.clipboard.writeText(source.textContent);
      result = 'Copied';
    } catch {
      // No clipboard for a page that is neither encrypted nor on this machine: one key is left.
      getSelection().selectAllChildren(source);
      result = 'Selected';
    }
    button.textContent = result;
    said.textContent = '';
    // A text that is put in anew is said anew.
    setTimeout(() => { said.textContent = result; }, 50);
    setTimeout(() => { button.textContent = label; }, 2000);
  });
  button.hidden = false;
}
