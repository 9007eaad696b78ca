import { singleLine, optionalFields, multiLine, z } from '@deskgraph/common/graphql/input';
import { Field, InputType, ObjectType } from 'type-graphql';

@ObjectType({ simpleResolvers: true, description: 'A location.' })
export class Location {
  @Field(() => String, { nullable: true, description: 'The city.' }) city!: string | null;
  @Field(() => String, { nullable: true, description: 'The region, state or province.' }) region!:
    | string
    | null;
  @Field(() => String, {
    nullable: true,
    description: 'The country code, two letters (ISO 3166), for example `SI`.',
  })
  country!: string | null;
  @Field(() => String, { nullable: true, description: 'The postal address, one or several lines.' })
  address!: string | null;
}

@InputType({ description: 'A location. Absent fields stay unchanged, null clears them.' })
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
    description: 'The country code, two letters (ISO 3166), for example `SI`.',
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

export type LocationColumns = Location;

/** The location, or null when no part of it is known. */
export function locationOf({
  city,
  region,
  country: code,
  address,
}: LocationColumns): Location | null {
  return (city ?? region ?? code ?? address) === null
    ? null
    : { city, region, country: code, address };
}

/** The columns that an input sets. */
export function toLocationColumns(
  input: LocationInput | null | undefined,
): Partial<LocationColumns> {
  if (input === undefined) return {};
  if (input === null) return { city: null, region: null, country: null, address: null };
  const { city, region, country: code, address } = input;
  return Object.fromEntries(
    Object.entries({ city, region, country: code, address }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}
