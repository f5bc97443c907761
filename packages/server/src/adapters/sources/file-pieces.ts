import type { FileHandle } from 'node:fs/promises'

const PIECE_BYTES = 256 * 1024

/** What an open file holds from a place on, piece by piece. */
export async function* filePieces(handle: FileHandle, from = 0): AsyncGenerator<Buffer, void, undefined> {
  for (let position = from; ; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
