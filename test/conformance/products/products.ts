import 'reflect-metadata';
import {
  Arg,
  Directive,
  Field,
  FieldResolver,
  Float,
  ID,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { SubgraphOptions } from '@deskgraph/common/service/subgraph';

// The subgraph of Apollo's federation compatibility suite, built with the factory of this project.

const LINK = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: [
    "@composeDirective", "@external", "@inaccessible", "@interfaceObject", "@key", "@override", "@provides", "@requires", "@shareable", "@tag"
  ])
  @link(url: "https://myspecs.dev/myCustomDirective/v1.0", import: ["@custom"])
  @composeDirective(name: "@custom")

directive @custom on OBJECT
`;

@ObjectType({ simpleResolvers: true })
@Directive('@shareable')
class ProductDimension {
  @Field(() => String, { nullable: true }) size!: string;
  @Field(() => Float, { nullable: true }) weight!: number;
  @Directive('@inaccessible') @Field(() => String, { nullable: true }) unit!: string;
}

@ObjectType({ simpleResolvers: true })
class ProductVariation {
  @Field(() => ID) id!: string;
}

@ObjectType({ simpleResolvers: true })
class CaseStudy {
  @Field(() => ID) caseNumber!: string;
  @Field(() => String, { nullable: true }) description?: string;
}

@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "study { caseNumber }")')
class ProductResearch {
  @Field(() => CaseStudy) study!: CaseStudy;
  @Field(() => String, { nullable: true }) outcome?: string | null;
}

@ObjectType()
@Directive('@key(fields: "email")')
class User {
  @Field(() => ID) email!: string;
  @Directive('@override(from: "users")') @Field(() => String, { nullable: true }) name!: string;
  @Directive('@external') @Field(() => Int, { nullable: true }) totalProductsCreated?: number;
  @Directive('@external') @Field(() => Int) yearsOfEmployment?: number;
}

@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "sku package")')
class DeprecatedProduct {
  @Field(() => String) sku!: string;
  @Field(() => String) package!: string;
  @Field(() => String, { nullable: true }) reason!: string;
  @Field(() => User, { nullable: true }) createdBy!: User;
}

@ObjectType({ simpleResolvers: true })
@Directive('@custom')
@Directive('@key(fields: "id")')
@Directive('@key(fields: "sku package")')
@Directive('@key(fields: "sku variation { id }")')
class Product {
  @Field(() => ID) id!: string;
  @Field(() => String, { nullable: true }) sku!: string;
  @Field(() => String, { nullable: true }) package!: string;
  @Field(() => ProductVariation, { nullable: true }) variation!: ProductVariation;
  @Field(() => ProductDimension, { nullable: true }) dimensions!: ProductDimension;
  @Directive('@provides(fields: "totalProductsCreated")')
  @Field(() => User, { nullable: true })
  createdBy!: User;
  @Directive('@tag(name: "internal")') @Field(() => String, { nullable: true }) notes?: string;
  @Field(() => [ProductResearch]) research!: ProductResearch[];
}

@ObjectType({ simpleResolvers: true })
@Directive('@interfaceObject')
@Directive('@key(fields: "id")')
class Inventory {
  @Field(() => ID) id!: string;
  @Field(() => [DeprecatedProduct]) deprecatedProducts!: DeprecatedProduct[];
}

const make = <T extends object>(Thing: new () => T, values: T): T =>
  Object.assign(new Thing(), values);

const jane = make(User, { email: 'jane@shop.example', name: 'Jane', totalProductsCreated: 1337 });
const old = make(DeprecatedProduct, {
  sku: 'lamp-v1',
  package: '@shop/lamp-v1',
  reason: 'There is a second one',
  createdBy: jane,
});
const research = [
  make(ProductResearch, {
    study: { caseNumber: '1234', description: 'Lamps at night' },
    outcome: null,
  }),
];
const lamp = make(Product, {
  id: 'lamp',
  sku: 'lamp-v2',
  package: '@shop/lamp-v2',
  variation: { id: 'tall' },
  dimensions: make(ProductDimension, { size: 'small', weight: 1, unit: 'kg' }),
  createdBy: jane,
  research,
});

@Resolver(() => User)
class UserResolver {
  @Directive('@requires(fields: "totalProductsCreated yearsOfEmployment")')
  @FieldResolver(() => Int, { nullable: true })
  averageProductsCreatedPerYear(@Root() { totalProductsCreated, yearsOfEmployment }: User): number {
    return Math.round(totalProductsCreated! / yearsOfEmployment!);
  }
}

@Resolver()
class ProductsResolver {
  @Query(() => Product, { nullable: true })
  product(@Arg('id', () => ID) id: string): Product | null {
    return id === lamp.id ? lamp : null;
  }

  @Query(() => DeprecatedProduct, { nullable: true, deprecationReason: 'Ask for product' })
  deprecatedProduct(
    @Arg('sku', () => String) sku: string,
    @Arg('package', () => String) name: string,
  ): DeprecatedProduct | null {
    return sku === old.sku && name === old.package ? old : null;
  }
}

type Key = Record<string, unknown>;

export const products: SubgraphOptions = {
  name: 'products',
  entities: [],
  link: LINK,
  resolvers: [UserResolver, ProductsResolver],
  orphanedTypes: [Inventory],
  references: {
    Product: ({ id, sku, package: name, variation }: Key) =>
      id === lamp.id ||
      (sku === lamp.sku &&
        (name === lamp.package || (variation as Key | undefined)?.['id'] === lamp.variation.id))
        ? lamp
        : null,
    DeprecatedProduct: ({ sku, package: name }: Key) =>
      sku === old.sku && name === old.package ? old : null,
    ProductResearch: ({ study }: Key) =>
      research.find((each) => each.study.caseNumber === (study as CaseStudy).caseNumber) ?? null,
    User: (reference: Key) => Object.assign(new User(), { ...jane, ...reference }),
    Inventory: ({ id }: Key) => make(Inventory, { id: id as string, deprecatedProducts: [old] }),
  },
};
