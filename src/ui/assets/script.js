// The pages work without this script. It shows times in the zone of the reader, copies commands, and sends a form once.

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
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'yes';
  });
}

// A page that the browser kept must not refuse its form.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});
