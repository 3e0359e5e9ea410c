// What does a person read when a passkey was not given? The sentence that waits on the page, instead of a console line.
document.addEventListener("allauth.error", (event) => {
  const said = document.querySelector("[data-key-error]");
  if (said) {
    event.preventDefault();
    said.hidden = false;
  }
});
