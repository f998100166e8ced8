export {
  directoryListingReply,
  fileStatusesReply,
  fileStatusJson,
  fileStatusReply,
  LISTING_HEAD,
  LISTING_TAIL,
  listingLines,
} from './file-status.js';
export { blockLocationsJson, blockLocationsReply, locatedBlocksJson, locatedBlocksReply } from './located-blocks.js';
export { boolean, integer, javaString, named, record, type Shape, string } from './shape.js';
export {
  contentSummaryJson,
  contentSummaryReply,
  fsStatusJson,
  fsStatusReply,
  quotaUsageJson,
  quotaUsageReply,
  serverDefaultsJson,
  serverDefaultsReply,
} from './summaries.js';
