import { posix } from 'node:path'
import { toLabel } from './plain-text.ts'
import { UnfitDocument } from './unfit-document.ts'
import { attributeOf, descendants, find, parseXml, textOf, type XmlNode } from './xml-node.ts'
import { ZipArchive } from './zip-archive.ts'

/** What one part says about another, or about a place in the web. */
export interface Relation {
  /** The last word of its type: `slide`, `hyperlink`, … */
  readonly type: string
  /** Name of the part; an address where it is external. */
  readonly target: string
  readonly isExternal: boolean
}

/** An Office document: parts of XML and what they say about one another. @see ECMA-376 part 2 */
export class OfficePackage {
  readonly #zip: ZipArchive

  private constructor(zip: ZipArchive) {
    this.#zip = zip
  }

  /** @throws UnfitDocument when it is no archive. */
  static async open(bytes: Uint8Array): Promise<OfficePackage> {
    return new OfficePackage(await ZipArchive.open(bytes))
  }

  /** Nothing where there is no such part. */
  find(name: string | undefined): XmlNode | undefined {
    const bytes = name === undefined ? undefined : this.read(name)
    return bytes && parseXml(bytes)
  }

  read(name: string): Buffer | undefined {
    return this.#zip.read(name)
  }

  /** By their ids. */
  relationsOf(part: string): ReadonlyMap<string, Relation> {
    const folder = posix.dirname(part)
    const rels = this.find(posix.join(folder, '_rels', `${posix.basename(part)}.rels`))
    return new Map(
      [...(rels ? descendants(rels, 'Relationship') : [])].map((node) => [
        attributeOf(node, 'Id') ?? '',
        toRelation(node, folder),
      ]),
    )
  }

  /** The part of this type that another one names. */
  partOf(part: string, type: string): string | undefined {
    return [...this.relationsOf(part).values()].find((relation) => relation.type === type)?.target
  }

  /**
   * Name and root of the part that holds the document.
   *
   * @throws UnfitDocument where its root is another: then it is a document of another kind.
   */
  main(rootName: string): { readonly part: string; readonly root: XmlNode } {
    const part = this.partOf('', 'officeDocument') ?? ''
    const root = find(this.find(part), rootName)
    if (!root) throw new UnfitDocument('it is not what its ending says')
    return { part, root }
  }

  facts(): { readonly title: string | undefined; readonly author: string | undefined } {
    const core = this.find(this.partOf('', 'core-properties') ?? 'docProps/core.xml')
    return { title: toLabel(textOf(find(core, 'title'))), author: toLabel(textOf(find(core, 'creator'))) }
  }
}

function toRelation(node: XmlNode, folder: string): Relation {
  const type = attributeOf(node, 'Type') ?? ''
  const target = attributeOf(node, 'Target') ?? ''
  const isExternal = attributeOf(node, 'TargetMode') === 'External'
  return {
    type: type.slice(type.lastIndexOf('/') + 1),
    target: isExternal ? target : resolve(target, folder),
    isExternal,
  }
}

/** A name inside the archive; one that leads out of it names nothing. */
const resolve = (target: string, folder: string): string =>
  posix.normalize(target.startsWith('/') ? target.slice(1) : posix.join(folder, target))
