const NEW_LINE = 0x0a
const CARRIAGE_RETURN = 0x0d

/** Lines without their end; of one that is too long, one byte more than allowed. */
export async function* byteLines(
  pieces: AsyncIterable<Uint8Array>,
  lineBytesMax: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let rest: Uint8Array = new Uint8Array()
  const bounded = (more: Uint8Array): Uint8Array =>
    rest.byteLength > lineBytesMax ? rest : Buffer.concat([rest, more]).subarray(0, lineBytesMax + 1)
  for await (const bytes of pieces) {
    let start = 0
    for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE, start)) {
      yield trimEnd(bounded(bytes.subarray(start, end)))
      ;[rest, start] = [new Uint8Array(), end + 1]
    }
    rest = bounded(bytes.subarray(start))
  }
  if (rest.length > 0) yield trimEnd(rest)
}

const trimEnd = (line: Uint8Array): Uint8Array => (line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line)
