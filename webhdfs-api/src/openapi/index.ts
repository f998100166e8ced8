import { PREFIX } from '../http/index.js';
import { DATA_STATUSES, type DataOperation, locationReply, type Operation, operations } from '../operations/index.js';
import { type Method, type Parameter, parameters, type Schema } from '../parameters/index.js';
import { named, record, string } from '../replies/index.js';

const METHODS: readonly Method[] = ['GET', 'PUT', 'POST', 'DELETE'];

const remoteException = named(
  'RemoteException',
  record<{ exception: string; javaClassName: string; message: string }>({
    exception: string,
    javaClassName: string,
    message: string,
  }),
);

const COMMON: readonly Parameter<unknown>[] = [parameters.user, parameters.doAs];
const DATA: readonly Parameter<unknown>[] = [parameters.noRedirect, parameters.excludeDatanodes];

/**
 * The description of WebHDFS as this server has it, for the namenode. All operations of a method share one path, as
 * OpenAPI has no other way to tell requests apart than by path and method; `x-operations` tells them one by one.
 */
export function openApiDocument(): object {
  const paths: Record<string, object> = {};
  for (const method of METHODS) paths[method.toLowerCase()] = describe(method);
  return {
    openapi: '3.0.3',
    info: {
      title: 'WebHDFS',
      version: '3.4.1',
      description: "Apache HDFS's WebHDFS as rfs serves it. Requests for data are redirected to a datanode.",
    },
    paths: { [`${PREFIX}/{path}`]: { parameters: [pathParameter], ...paths } },
    'x-operations': operations.map((operation) => ({
      name: operation.name,
      method: operation.method,
      summary: operation.summary,
      parameters: parametersOf(operation).map(({ name }) => name),
      required: operation.required?.map(({ name }) => name) ?? [],
      redirected: operation.kind === 'data',
      reply: operation.reply,
    })),
  };
}

const pathParameter = {
  name: 'path',
  in: 'path',
  required: true,
  description: 'An absolute path without its first slash.',
  schema: { type: 'string' },
};

function describe(method: Method): object {
  const own = operations.filter((operation) => operation.method === method);
  const byName = new Map<string, Parameter<unknown>>();
  for (const operation of own) for (const parameter of parametersOf(operation)) byName.set(parameter.name, parameter);
  const replies = own.flatMap(({ reply }) => (reply === undefined ? [] : [reply]));
  const data = own.filter((operation) => operation.kind === 'data');
  if (data.length > 0) replies.push(locationReply.schema);
  const op = {
    name: 'op',
    in: 'query',
    required: true,
    description: own.map(({ name, summary }) => `${name}: ${summary}`).join('\n'),
    schema: { type: 'string', enum: own.map(({ name }) => name) },
  };
  const users = (name: string) =>
    own.filter((operation) => parametersOf(operation).some((parameter) => parameter.name === name));
  return {
    operationId: method.toLowerCase(),
    parameters: [
      op,
      ...[...byName.values()].map(({ name, help, schema }) => ({
        name,
        in: 'query',
        required: false,
        description: COMMON.some((each) => each.name === name)
          ? help
          : `${help} (${users(name)
              .map((operation) => operation.name)
              .join(', ')})`,
        schema,
      })),
    ],
    responses: {
      ...fromDatanodes(data),
      '200': answer('Done.', unionOf(replies)),
      '400': answer('The request is wrong.', remoteException.schema),
      '403': answer('Refused.', remoteException.schema),
      '404': answer('Nothing is there.', remoteException.schema),
    },
  };
}

function parametersOf(operation: Operation): readonly Parameter<unknown>[] {
  return [...COMMON, ...operation.parameters, ...(operation.kind === 'data' ? DATA : [])];
}

/** What comes of requests for data: the redirect, and what the datanode answers there. */
function fromDatanodes(operations: readonly DataOperation[]): object {
  if (operations.length === 0) return {};
  const statuses = operations.flatMap((operation) => operation.statuses);
  return {
    ...Object.fromEntries(statuses.map((status) => [status, { description: DATA_STATUSES[status] }])),
    '307': { description: 'Ask the datanode at Location.' },
  };
}

/** `application/octet-stream` stands for answers without content. */
function answer(description: string, schema: object): object {
  return { description, content: { 'application/json': { schema }, 'application/octet-stream': {} } };
}

function unionOf(schemas: readonly Schema[]): object {
  const distinct = new Map(schemas.map((schema) => [JSON.stringify(schema), schema]));
  return { anyOf: [...distinct.values()] };
}
