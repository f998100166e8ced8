import { FailureError } from '@rfs/base/failure';
import { failure } from '@rfs/protocol/exceptions';

/** What the operating system says about a path, in the words of Hadoop's local file system. */
export function localFailure(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  switch (code) {
    case undefined:
      return error;
    case 'ENOENT':
      return new FailureError(failure('FileNotFoundException', `File ${path} does not exist`));
    case 'EACCES':
    case 'EPERM':
      return new FailureError(failure('IOException', `${path} (Permission denied)`));
    case 'EISDIR':
      return new FailureError(failure('IOException', `${path} (Is a directory)`));
    case 'ENOTDIR':
      return new FailureError(failure('ParentNotDirectoryException', `Parent path is not a directory: ${path}`));
    case 'ENOSPC':
      return new FailureError(failure('IOException', `${path}: No space left on device`));
    default:
      return code.startsWith('E')
        ? new FailureError(failure('IOException', `${path}: ${(error as Error).message}`))
        : error;
  }
}
