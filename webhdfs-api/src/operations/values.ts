import { boolean, named, string } from '../replies/index.js';

/** {"boolean":true} */
export const booleanReply = named('boolean', boolean);
/** {"Path":"..."} */
export const pathReply = named('Path', string);
/** {"Location":"..."} */
export const locationReply = named('Location', string);

/** PermissionParam's defaults. */
export const DEFAULT_FOLDER_MODE = 0o755;
export const DEFAULT_FILE_MODE = 0o644;
