/** A PDF of these objects, numbered from 1, of which the first is the catalogue. @see ISO 32000-1, 7.5 */
export function makePdf(objects: readonly (string | Uint8Array)[], trailer = ''): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')]
  const offsets: number[] = []
  let length = 9
  for (const [index, object] of objects.entries()) {
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')])
    offsets.push(length)
    length += part.byteLength
    parts.push(part)
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  parts.push(
    Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`),
    Buffer.from(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${length}\n%%EOF\n`),
  )
  return Buffer.concat(parts)
}

export function stream(bytes: string | Uint8Array, dictionary = ''): Buffer {
  const data = Buffer.from(bytes)
  return Buffer.concat([
    Buffer.from(`<< /Length ${data.byteLength} ${dictionary} >>\nstream\n`),
    data,
    Buffer.from('\nendstream'),
  ])
}

/** A document of pages, each drawn by one of these programs, in Helvetica as `/F1`. */
export function makePages(programs: readonly (string | Uint8Array)[], catalogue = '', dictionary = ''): Buffer {
  const first = 4
  const kids = programs.map((_, index) => `${first + index * 2} 0 R`).join(' ')
  const pages = programs.flatMap((program, index) => [
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> /Contents ${first + index * 2 + 1} 0 R >>`,
    stream(program, dictionary),
  ])
  return makePdf([
    `<< /Type /Catalog /Pages 2 0 R ${catalogue} >>`,
    `<< /Type /Pages /Kids [${kids}] /Count ${programs.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages,
  ])
}

/** Lines from the top of a page: `[size, text]`. */
export const lines = (rows: readonly (readonly [number, string])[]): string => {
  let y = 760
  return rows
    .map(([size, text]) => {
      y -= size * 1.2
      return `BT /F1 ${size} Tf 50 ${y} Td (${text}) Tj ET`
    })
    .join('\n')
}
