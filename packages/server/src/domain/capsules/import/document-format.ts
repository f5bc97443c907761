/** What has text in it that is not the file's own: by the ending of its name, which the bytes must bear out. */
export type DocumentFormat = 'html' | 'pdf' | 'docx' | 'pptx' | 'xlsx' | 'odf' | 'epub'
