// The pages work without this script. It shows times in the zone of the reader, copies commands, sends a form once, fills
// a form again that was refused, and checks the proof of a decision.

for (const time of document.querySelectorAll('time[datetime]')) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) continue;
  time.title = time.textContent.trim();
  time.textContent = at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
}

for (const command of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) break; // on http, a browser has none
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = document.body.dataset.copyLabel;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(command.textContent.trim());
    button.textContent = document.body.dataset.copiedLabel;
  });
  command.after(button);
}

for (const form of document.querySelectorAll('form[method="post"]')) {
  if ('again' in form.dataset) continue; // a download leaves its page open
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'yes';
    if (form.getAttribute('action') !== '/ui/sign-in') keepForm(form);
  });
}

// A page that the browser kept must not refuse its form.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});

// What was typed into a form that was refused returns with the form, also after a sign-in. It stays in this tab, and
// ends with the next form.
const KEPT = 'kept-form';
const formName = (form) => `${form.getAttribute('action')} ${form.elements.stop?.value ?? ''}`;
const typedFields = (form) =>
  [...form.elements].filter(
    ({ name, type }) => name && !['hidden', 'submit', 'password'].includes(type),
  );

function keepForm(form) {
  const fields = typedFields(form).map(({ name, type, value, checked }) => [
    name,
    type === 'checkbox' ? checked : value,
  ]);
  storeKept({ form: formName(form), fields });
}

function storeKept(kept) {
  try {
    if (kept) sessionStorage.setItem(KEPT, JSON.stringify(kept));
    else sessionStorage.removeItem(KEPT);
  } catch {
    // This browser keeps nothing. The page of the refusal shows the text.
  }
}

function fillAgain(kept) {
  const form = [...document.forms].find((one) => formName(one) === kept.form);
  if (!form) return;
  const values = new Map(kept.fields);
  for (const field of typedFields(form)) {
    if (!values.has(field.name)) continue;
    const value = values.get(field.name);
    if (field.type === 'checkbox') field.checked = value;
    // What is no longer offered is not chosen.
    else if (!field.options || [...field.options].some((one) => one.value === value))
      field.value = value;
  }
  form.closest('details')?.setAttribute('open', '');
  storeKept(undefined);
}

const keptForm = (() => {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? 'null');
  } catch {
    return null;
  }
})();
if (keptForm && document.querySelector('[data-refused]')) storeKept({ ...keptForm, refused: true });
else if (keptForm?.refused) fillAgain(keptForm);
else if (keptForm) storeKept(undefined);

// The proof of a decision (C2SP tlog-proof, RFC 6962, C2SP signed-note). Bytes are Uint8Array, hashes are SHA-256.
const bytesOf = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const textBytes = (text) => new TextEncoder().encode(text);
const hexOf = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const sha256 = async (...parts) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', joined(...parts)));
const need = (isTrue, what) => {
  if (!isTrue) throw new Error(what);
};

function readProof(text) {
  const end = text.indexOf('\n\n');
  const [form, extra, index, ...hashes] = text.slice(0, end).split('\n');
  const note = text.slice(end + 2);
  const signed = note.slice(0, note.indexOf('\n\n') + 1);
  const [origin, size, root] = signed.split('\n');
  const isOne = form === 'c2sp.org/tlog-proof@v1' && /^extra \S+$/.test(extra);
  need(isOne && /^index \d{1,15}$/.test(index) && /^\d{1,15}$/.test(size), 'not a proof');
  const told = JSON.parse(new TextDecoder().decode(bytesOf(extra.slice('extra '.length))));
  return {
    ...{ origin, signed, root: bytesOf(root), hashes: hashes.map(bytesOf), ...told },
    signatures: note.slice(signed.length + 1).split('\n'),
    ...{ index: Number(index.slice('index '.length)), size: Number(size) },
  };
}

/** RFC 6962, 2.1: a node is the hash of 1 and both children, and the left subtree is the largest perfect one. */
async function rootOf(index, size, leaf, hashes) {
  need(index < size && (hashes.length === 0) === (size === 1), 'the path has another length');
  if (size === 1) return leaf;
  let left = 1;
  while (left * 2 < size) left *= 2;
  const [inner, sibling] = [hashes.slice(0, -1), hashes.at(-1)];
  if (index < left) return sha256([1], await rootOf(index, left, leaf, inner), sibling);
  return sha256([1], sibling, await rootOf(index - left, size - left, leaf, inner));
}

/** Whether one of the keys signed the checkpoint. undefined: this browser has no Ed25519. */
async function isSigned({ origin, signed, signatures }, vkeys) {
  for (const vkey of vkeys) {
    const [name, id, ...rest] = vkey.split('+');
    const raw = bytesOf(rest.join('+'));
    const isKey = raw[0] === 1 && hexOf(await sha256(textBytes(`${name}\n`), raw)).startsWith(id);
    if (name !== origin || !isKey || id.length !== 8) continue;
    let key;
    try {
      key = await crypto.subtle.importKey('raw', raw.slice(1), { name: 'Ed25519' }, false, [
        'verify',
      ]);
    } catch {
      return undefined;
    }
    for (const line of signatures) {
      if (!line.startsWith(`\u2014 ${name} `)) continue;
      const bytes = bytesOf(line.split(' ')[2]);
      if (hexOf(bytes.slice(0, 4)) !== id) continue;
      if (await crypto.subtle.verify('Ed25519', key, bytes.slice(4), textBytes(signed)))
        return true;
    }
  }
  return false;
}

async function checkProof(panel) {
  const { proof: address, keys, verdict, hash, decision } = panel.dataset;
  const hint = panel.querySelector('[data-hint]');
  const say = (text) => {
    hint.textContent = text;
  };
  const show = async (name, check) => {
    const state = await check().then(
      (isTrue) => (isTrue === undefined ? 'unknown' : isTrue ? 'yes' : 'no'),
      () => 'no',
    );
    const badge = panel.querySelector(`[data-check="${name}"] .badge`);
    badge.textContent = panel.dataset[state];
    badge.classList.remove('quiet');
    badge.classList.add({ yes: 'good', no: 'bad', unknown: 'quiet' }[state]);
    return state;
  };
  if (!crypto.subtle) return say(panel.dataset.insecure);
  // biome-ignore lint/style/noRestrictedGlobals: a browser's, and the policy of the page allows this server only
  const answer = await fetch(address).catch(() => undefined);
  if (!answer?.ok) return say(panel.dataset.unread);
  const text = await answer.text();
  const found = (() => {
    try {
      return readProof(text);
    } catch {
      return undefined;
    }
  })();
  const { salt, statement, index, size, origin } = found ?? {};
  if (found && salt === null) return say(panel.dataset.erased);
  say(
    found
      ? panel.dataset.said
          .replace('{index}', index)
          .replace('{size}', size)
          .replace('{origin}', origin)
      : '',
  );
  await show('statement', async () => {
    const { subject, type, data } = JSON.parse(statement);
    const isAbout =
      type === 'verdict.decided' && subject.kind === 'verdict' && subject.id === verdict;
    return isAbout && data.verdictHash === hash && data.decision === decision;
  });
  await show('inclusion', async () => {
    const salted = Uint8Array.from(salt.match(/../g), (byte) => Number.parseInt(byte, 16));
    const entry = await sha256(salted, textBytes(statement));
    const root = await rootOf(index, size, await sha256([0], entry), found.hashes);
    return hexOf(root) === hexOf(found.root);
  });
  if (keys === undefined) return undefined;
  const signature = await show('signature', () => isSigned(found, keys.split('\n')));
  return signature === 'unknown'
    ? say(`${hint.textContent} ${panel.dataset.noEd25519}`)
    : undefined;
}

for (const panel of document.querySelectorAll('[data-proof]')) {
  void checkProof(panel).finally(() => {
    panel.dataset.state = 'done';
  });
}
