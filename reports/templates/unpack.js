// JSON that Python deflated and wrote in base64; unpacked without a request, so file:// works.
async function unpack(id) {
  "use strict";
  const base64 = document.getElementById(id).textContent.trim();
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}
