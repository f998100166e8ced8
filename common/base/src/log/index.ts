export {
  type LogFacts,
  type Logger,
  type LogLevel,
  type LogOptions,
  openLog,
  type ProcessLog,
  silentLogger,
} from './logger.js';
