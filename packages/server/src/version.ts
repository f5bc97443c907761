/** Version of the program; the package's own, checked by a test. */
export const VERSION = '0.1.0'
