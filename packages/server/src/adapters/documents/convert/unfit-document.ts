/**
 * Why a document has no text to give: a property of its bytes, so the same every time. Thrown inside a conversion only;
 * outside of it, it is the value `{ unfit }`.
 */
export class UnfitDocument extends Error {
  override readonly name = 'UnfitDocument'
}
