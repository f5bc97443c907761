import { crc32, deflateRawSync } from 'node:zlib'

/** A file of an archive. What it states about itself can be wrong on purpose. */
export interface ZipFile {
  readonly name: string
  readonly content: string | Uint8Array
  readonly stored?: boolean
  /** Size after unpacking, as the headers tell it. */
  readonly statedSize?: number
  readonly statedCrc?: number
  readonly flags?: number
}

/** An archive, byte by byte. @see APPNOTE.TXT 6.3.10, section 4.3 */
export function makeZip(files: readonly ZipFile[]): Buffer {
  const [locals, centrals]: [Buffer[], Buffer[]] = [[], []]
  let offset = 0
  for (const file of files) {
    const { local, central } = records(file, offset)
    locals.push(local)
    centrals.push(central)
    offset += local.byteLength
  }
  const directory = Buffer.concat(centrals)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(files.length, 0xffff), 8)
  end.writeUInt16LE(Math.min(files.length, 0xffff), 10)
  end.writeUInt32LE(directory.byteLength, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, directory, end])
}

function records({ name, content, stored = false, flags = 0, ...stated }: ZipFile, offset: number) {
  const bytes = Buffer.from(content)
  const packed = stored ? bytes : deflateRawSync(bytes)
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0)
  common.writeUInt16LE(flags, 2)
  common.writeUInt16LE(stored ? 0 : 8, 4)
  common.writeUInt32LE(stated.statedCrc ?? crc32(bytes), 10)
  common.writeUInt32LE(packed.byteLength, 14)
  common.writeUInt32LE(stated.statedSize ?? bytes.byteLength, 18)
  common.writeUInt16LE(Buffer.byteLength(name), 22)
  const place = Buffer.alloc(14)
  place.writeUInt32LE(offset, 10)
  const [localMark, centralMark] = [Buffer.from('PK\u0003\u0004'), Buffer.from('PK\u0001\u0002\u0014\0')]
  return {
    local: Buffer.concat([localMark, common, Buffer.from(name), packed]),
    central: Buffer.concat([centralMark, common, place, Buffer.from(name)]),
  }
}

const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** A part's words about others: `[id, type, target, is external]`. */
export const relations = (rows: readonly (readonly [string, string, string, boolean?])[]): string =>
  `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${rows
    .map(
      ([id, type, target, isExternal]) =>
        `<Relationship Id="${id}" Type="${RELATIONSHIPS}/${type}" Target="${target}"${isExternal ? ' TargetMode="External"' : ''}/>`,
    )
    .join('')}</Relationships>`

/** An Office document whose main part is this XML. */
export const makeOffice = (main: string, xml: string, more: readonly ZipFile[] = []): Buffer =>
  makeZip([
    { name: '_rels/.rels', content: relations([['rId1', 'officeDocument', main]]) },
    { name: main, content: xml },
    ...more,
  ])

/** A Word document of this body. */
export const makeDocx = (body: string, more: readonly ZipFile[] = []): Buffer =>
  makeOffice('word/document.xml', `<w:document xmlns:w="w"><w:body>${body}</w:body></w:document>`, more)
