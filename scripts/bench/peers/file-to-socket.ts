/**
 * A peer of the raw fetch, in a process of its own: for every byte that arrives, the next piece of a file is read and
 * written to the socket. No protocol, no index, no checks.
 *
 *     node file-to-socket.ts <file> <bytes a piece>
 */
import { open } from 'node:fs/promises'
import { createServer } from 'node:net'

const [path = '', pieceText = ''] = process.argv.slice(2)
const pieceBytes = Number(pieceText)
const file = await open(path, 'r')
const { size } = await file.stat()

const server = createServer({ noDelay: true }, (socket) => {
  let position = 0
  socket.on('error', () => socket.destroy())
  socket.on('data', (asked: Buffer) => {
    void sendPieces(asked.length)
  })
  const sendPieces = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent++) {
      if (position + pieceBytes > size) position = 0
      const { buffer } = await file.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, position)
      position += pieceBytes
      socket.write(buffer)
    }
  }
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : undefined)
})
process.on('disconnect', () => process.exit())
