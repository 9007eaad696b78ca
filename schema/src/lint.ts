import {
  type DocumentNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  type EnumTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
} from 'graphql';
import type { SubgraphFile } from './compose.ts';

/** Checks the rules that every schema has to follow besides being valid. Returns one line per violation. */
export function lint(subgraphs: readonly SubgraphFile[]): string[] {
  const documents = subgraphs.map(({ name, sdl }) => ({ name, document: parse(sdl) }));
  const owned = ownedTypes(documents);
  return documents
    .flatMap(({ name, document }) => [
      ...undescribed(name, document, owned),
      ...keys(name, document),
      ...requiresWithArguments(name, document),
      ...foreignNonNull(name, document, owned),
    ])
    .concat(unequalInputs(documents));
}

type Named = { name: string; document: DocumentNode };

const objects = (document: DocumentNode): ObjectTypeDefinitionNode[] =>
  document.definitions.filter((definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION);
const has = (
  node: { directives?: readonly { name: { value: string } }[] | undefined },
  name: string,
): boolean => node.directives?.some((directive) => directive.name.value === name) ?? false;
const isEntity = (type: ObjectTypeDefinitionNode): boolean => has(type, 'key');

/** A type without a description is a reference to an entity that another service owns and describes. */
function ownedTypes(documents: Named[]): Map<string, string> {
  return new Map(
    documents.flatMap(({ name, document }) =>
      objects(document)
        .filter((type) => type.description && isEntity(type))
        .map((type) => [type.name.value, name] as const),
    ),
  );
}

function undescribed(name: string, document: DocumentNode, owned: Map<string, string>): string[] {
  const faults: string[] = [];
  for (const definition of document.definitions) {
    if (
      definition.kind === Kind.SCHEMA_DEFINITION ||
      definition.kind === Kind.SCHEMA_EXTENSION ||
      !('name' in definition) ||
      !definition.name
    )
      continue;
    const type = definition.name.value;
    const isRoot = ['Query', 'Mutation', 'Subscription'].includes(type);
    const isStub = owned.has(type) && owned.get(type) !== name;
    if (!isRoot && !isStub && 'description' in definition && !definition.description)
      faults.push(`${name}: ${type} has no description`);
    if ('fields' in definition)
      for (const field of definition.fields ?? [])
        if (!field.description && !has(field, 'external') && !(isStub && field.name.value === 'id'))
          faults.push(`${name}: ${type}.${field.name.value} has no description`);
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION)
      for (const value of definition.values ?? [])
        if (!value.description)
          faults.push(`${name}: ${type}.${value.name.value} has no description`);
  }
  return faults;
}

/** Every entity has exactly one key, `id`: partial and nested keys lead to wrong query plans. */
const keys = (name: string, document: DocumentNode): string[] =>
  objects(document)
    .filter(isEntity)
    .filter((type) => {
      const all = type.directives!.filter((directive) => directive.name.value === 'key');
      const fields = all[0]!.arguments?.find((argument) => argument.name.value === 'fields')?.value;
      return all.length !== 1 || fields?.kind !== Kind.STRING || fields.value !== 'id';
    })
    .map((type) => `${name}: ${type.name.value} must have exactly the key "id"`);

const requiresWithArguments = (name: string, document: DocumentNode): string[] =>
  objects(document).flatMap((type) =>
    (type.fields ?? [])
      .filter((field) =>
        field.directives?.some(
          (directive) =>
            ['requires', 'provides'].includes(directive.name.value) &&
            print(directive)
              .replace(/^@\w+\(/, '')
              .includes('('),
        ),
      )
      .map(
        (field) =>
          `${name}: ${type.name.value}.${field.name.value} requires fields with arguments, which the planner mixes up`,
      ),
  );

/** Fields of other services are nullable, so that an unavailable service affects its own fields only. */
function foreignNonNull(
  name: string,
  document: DocumentNode,
  owned: Map<string, string>,
): string[] {
  return objects(document).flatMap((type) =>
    (type.fields ?? [])
      .filter((field) => holdsForeign(field, name, owned))
      .map(
        (field) =>
          `${name}: ${type.name.value}.${field.name.value} is of another service and must be nullable`,
      ),
  );
}

function holdsForeign(
  field: FieldDefinitionNode,
  name: string,
  owned: Map<string, string>,
): boolean {
  let node = field.type;
  let innerRequired = false;
  while (node.kind !== Kind.NAMED_TYPE) {
    innerRequired = node.kind === Kind.NON_NULL_TYPE;
    node = node.type;
  }
  const owner = owned.get(node.name.value);
  return innerRequired && owner !== undefined && owner !== name;
}

/** Inputs, and enums in inputs, that services share are identical: composition silently drops differences. */
function unequalInputs(documents: Named[]): string[] {
  const shared = new Map<string, { name: string; text: string }>();
  const faults: string[] = [];
  for (const { name, document } of documents)
    for (const definition of document.definitions) {
      if (
        definition.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION &&
        definition.kind !== Kind.ENUM_TYPE_DEFINITION
      )
        continue;
      if (definition.name.value === 'UserErrorCode') continue;
      const text = sorted(definition);
      const other = shared.get(definition.name.value);
      if (other && other.text !== text)
        faults.push(`${definition.name.value} differs between ${other.name} and ${name}`);
      shared.set(definition.name.value, { name, text });
    }
  return faults;
}

function sorted(definition: InputObjectTypeDefinitionNode | EnumTypeDefinitionNode): string {
  const parts =
    definition.kind === Kind.ENUM_TYPE_DEFINITION ? definition.values : definition.fields;
  return [
    print({ ...definition, fields: undefined, values: undefined } as never),
    ...(parts ?? []).map((part) => print(part)).sort(),
  ].join('\n');
}
