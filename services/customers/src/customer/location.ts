import { singleLine, optionalFields, multiLine, z } from '@deskgraph/common/graphql/input';
import { Field, InputType, ObjectType } from 'type-graphql';

@ObjectType({ simpleResolvers: true, description: 'A place.' })
export class Location {
  @Field(() => String, { nullable: true, description: 'The city.' }) city!: string | null;
  @Field(() => String, { nullable: true, description: 'The region, state or province.' }) region!:
    | string
    | null;
  @Field(() => String, {
    nullable: true,
    description: 'The country, two letters (ISO 3166): `SI`.',
  })
  country!: string | null;
  @Field(() => String, { nullable: true, description: 'The postal address, one or several lines.' })
  address!: string | null;
}

@InputType({ description: 'A place; what is absent stays, null clears.' })
export class LocationInput {
  @Field(() => String, { nullable: true, description: 'The city, at most 100 characters.' }) city?:
    | string
    | null;
  @Field(() => String, {
    nullable: true,
    description: 'The region, state or province, at most 100 characters.',
  })
  region?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'The country, two letters (ISO 3166): `SI`.',
  })
  country?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'The postal address, one or several lines, at most 500 characters.',
  })
  address?: string | null;
}

const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

const country = z
  .string()
  .trim()
  .toUpperCase()
  .refine((code) => /^[A-Z]{2}$/.test(code) && countries.of(code) !== undefined);

export const locationBounds = optionalFields({
  city: singleLine(100),
  region: singleLine(100),
  country,
  address: multiLine(500),
});

export type Place = Location;

/** The place of what has its parts; null when nothing of it is known. */
export function locationOf({ city, region, country: code, address }: Place): Location | null {
  return (city ?? region ?? code ?? address) === null
    ? null
    : { city, region, country: code, address };
}

/** The columns that an input changes. */
export function placed(input: LocationInput | null | undefined): Partial<Place> {
  if (input === undefined) return {};
  if (input === null) return { city: null, region: null, country: null, address: null };
  const { city, region, country: code, address } = input;
  return Object.fromEntries(
    Object.entries({ city, region, country: code, address }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}
