import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import protobuf from 'protobufjs';

/** One folder of .proto files and where its codecs go. */
export interface Package {
  readonly protoFolder: string;
  readonly outFolder: string;
  /** What other packages import these messages from. */
  readonly importName: string;
}

export interface ProtoFile {
  readonly name: string;
  readonly home: Package;
  readonly types: protobuf.Type[];
  readonly enums: protobuf.Enum[];
  readonly services: protobuf.Service[];
}

export interface Model {
  readonly files: ProtoFile[];
  /** The file that declares a type or an enum. */
  readonly fileOf: Map<protobuf.ReflectionObject, ProtoFile>;
}

/** Parses all .proto files of all packages together and resolves the references between them. */
export function loadModel(packages: readonly Package[]): Model {
  const files: ProtoFile[] = [];
  const fileOf = new Map<protobuf.ReflectionObject, ProtoFile>();
  const root = new protobuf.Root();
  // What options.proto extends; protobufjs carries the descriptor's own messages only in a separate module.
  const fieldOptions = new protobuf.Type('FieldOptions');
  fieldOptions.extensions = [[1000, 536870911]];
  root.define('google.protobuf').add(fieldOptions);
  for (const home of packages) {
    for (const entry of readdirSync(home.protoFolder).sort()) {
      if (!entry.endsWith('.proto')) continue;
      const before = new Set(allObjects(root));
      protobuf.parse(readFileSync(join(home.protoFolder, entry), 'utf8'), root, { keepCase: true });
      const file: ProtoFile = { name: basename(entry, '.proto'), home, types: [], enums: [], services: [] };
      for (const object of allObjects(root)) {
        if (before.has(object)) continue;
        if (object instanceof protobuf.Type) file.types.push(object);
        else if (object instanceof protobuf.Enum) file.enums.push(object);
        else if (object instanceof protobuf.Service) file.services.push(object);
        fileOf.set(object, file);
      }
      files.push(file);
    }
  }
  root.resolveAll();
  return { files, fileOf };
}

/** The name in TypeScript: nested declarations are joined by an underscore. */
export function nameOf(object: protobuf.ReflectionObject): string {
  const parent = object.parent;
  return parent instanceof protobuf.Type ? `${nameOf(parent)}_${object.name}` : object.name;
}

function allObjects(namespace: protobuf.NamespaceBase): protobuf.ReflectionObject[] {
  const found: protobuf.ReflectionObject[] = [];
  for (const object of namespace.nestedArray) {
    found.push(object);
    if (object instanceof protobuf.Namespace) found.push(...allObjects(object));
  }
  return found;
}
