import type { ImportsOptions } from '#capsules'

/** What reads sources is loaded by the first import: an instance that answers questions needs none of it. */
export function sourceOpener(directory: string, fileBytesMax: number): ImportsOptions['openSource'] {
  const load = async (): Promise<ImportsOptions['openSource']> => {
    const { openSource, TempArea } = await import('./adapters/sources/index.ts')
    const temp = new TempArea(directory)
    return (request, signal) => openSource(request, { fileBytesMax, signal, temp })
  }
  let opener: ReturnType<typeof load> | undefined
  return async (request, signal) => {
    opener ??= load()
    return (await opener)(request, signal)
  }
}
