/** The shop: a catalogue that may be seconds old, a cart and orders that may not. */
import { Hono } from 'hono'

import { fields, numberField } from './input.ts'
import type { AppVariables } from './tag.ts'

export interface Product {
  readonly id: number
  readonly name: string
  readonly price: number
}

export interface CartLine extends Product {
  readonly quantity: number
}

export interface Order {
  readonly id: string
  readonly total: number
  readonly items: number
}

export function shop(): Hono<{ Variables: AppVariables }> {
  const app = new Hono<{ Variables: AppVariables }>()

  // Nobody notices a price list of ten seconds ago: any replica that keeps up may answer.
  app.get('/products', async (c) =>
    c.json(
      await c.var.sql<Product>`
        /* tidegate: within=10s */ select id, name, price from product order by id`,
    ),
  )

  app.get('/cart', async (c) =>
    c.json(
      await c.var.sql<CartLine>`
        select product.id, product.name, product.price, cart_line.quantity
        from cart_line join product on product.id = cart_line.product_id
        where cart_line.visitor = ${c.var.visitor} order by product.id`,
    ),
  )

  app.put('/cart/:product{[0-9]+}', async (c) => {
    const quantity = numberField(await fields(c.req.raw), 'quantity', 0, 99)
    const product = Number(c.req.param('product'))
    if (quantity === 0) {
      await c.var.sql`
        delete from cart_line where visitor = ${c.var.visitor} and product_id = ${product}`
    } else {
      await c.var.sql`
        insert into cart_line (visitor, product_id, quantity)
        values (${c.var.visitor}, ${product}, ${quantity})
        on conflict (visitor, product_id) do update set quantity = excluded.quantity`
    }
    return c.body(null, 204)
  })

  // One statement, so that the cart is emptied if and only if the order is there.
  app.post('/orders', async (c) => {
    const [order] = await c.var.sql<Order>`
      with bought as (
        delete from cart_line where visitor = ${c.var.visitor} returning product_id, quantity
      )
      insert into purchase (visitor, total, items)
      select ${c.var.visitor}, sum(price * quantity), sum(quantity)
      from bought join product on product.id = product_id having count(*) > 0
      returning id::text, total, items`
    return order ? c.json(order, 201) : c.json({ error: 'The cart is empty.' }, 409)
  })

  app.get('/orders', async (c) =>
    c.json(
      await c.var.sql<Order>`
        select id::text, total, items from purchase
        where visitor = ${c.var.visitor} order by purchase.id desc limit 5`,
    ),
  )
  return app
}
