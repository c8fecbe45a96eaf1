/** How many bytes the text takes in UTF-8. A lone surrogate becomes U+FFFD, as everywhere on the web. */
export function utf8Length(text: string): number {
  let length = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    length += unit < 0x800 ? 1 : 2
    // A pair is two units and four bytes: two more than one unit each.
    if (isPairAt(text, index, unit)) index++
  }
  return length
}

export function readUtf8(bytes: Uint8Array): string {
  if (bytes.length > SHORT) return decoder.decode(bytes)
  let text = ''
  for (const byte of bytes) {
    if (byte >= 0x80) return decoder.decode(bytes)
    text += String.fromCharCode(byte)
  }
  return text
}

function isPairAt(text: string, index: number, unit: number): boolean {
  if (unit < 0xd800 || unit > 0xdbff) return false
  const next = text.charCodeAt(index + 1)
  return next >= 0xdc00 && next <= 0xdfff
}

const SHORT = 24
/** U+FEFF at the start of a name is part of it. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
