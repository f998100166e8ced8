/** True for an error of Node's with this code, such as ENOENT. */
export function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}

/** `absent` in place of an error about a file that is not there. */
export async function unlessAbsent<T>(operation: Promise<T>, absent: T): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return absent;
    throw error;
  }
}
