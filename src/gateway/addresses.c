/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that clients know, which a Service of type LoadBalancer asks for: a Gateway asks for them in spec.addresses (specification:
 * Gateway API, GatewaySpec.addresses; support Extended). One address leads to one Gateway.
 */
#include "gateway/plan.h"

enum { ADDRESSES_MOST = 16 };

static void say(struct assembly *as, const struct static_address *a, enum loss loss, str message, str effect, str help)
{
	if (!as->diags || !a->fact)
		return;
	struct diag *d = diag_add(as->diags, DIAG_BALANCER_ADDRESS, fact_site(as->arena, a->fact), message);
	d->level = loss == LOSS_NONE ? DIAG_NOTE : DIAG_WARNING;
	d->loss = loss;
	d->from_default = true;
	d->effect = effect;
	d->help = help;
}

/* Stays behind; the Gateway gets another address. */
static void lose_address(struct assembly *as, const struct static_address *a, str why, str help)
{
	str message = arena_printf(as->arena, "address %.*s stays behind: %.*s", STR_ARG(a->value), STR_ARG(why));
	say(as, a, LOSS_AVAILABILITY, message, STR("the Gateway has another address: clients reach it only after DNS and firewalls know that one"), help);
	if (as->ledger)
		fact_lost(a->fact, FACT_INEXPRESSIBLE, LOSS_AVAILABILITY, DIAG_BALANCER_ADDRESS, why);
}

/* The only Gateway that stands for the load balancer; NULL: there are several, or none. */
static struct printed_gateway *only_gateway(struct assembly *as, const struct balancer *balancer, size_t *n)
{
	struct printed_gateway *found = NULL;
	*n = 0;
	for (size_t i = 0; i < as->gateways.n; i++)
		if (as->gateways.item[i].balancer == balancer) {
			found = &as->gateways.item[i];
			(*n)++;
		}
	return *n == 1 ? found : NULL;
}

/* Its number; that of the next one where it is not there. */
static size_t find_address(const struct gateway *g, str value)
{
	size_t i = 0;
	while (i < g->addresses.n && !str_eq(g->addresses.item[i].value, value))
		i++;
	return i;
}

static void add_address(struct assembly *as, struct printed_gateway *g, const struct static_address *a)
{
	struct address_range range;
	if (!assembly_has(as, OBJECT_GATEWAY, STR("spec.addresses"))) {
		lose_address(as, a, arena_printf(as->arena, "%.*s does not know spec.addresses of a Gateway", STR_ARG(as->target->title)),
			STR("give the Gateway's load balancer the address by the means of the implementation or of the cloud"));
		return;
	}
	struct gateway_address address = { STR_INIT("IPAddress"), a->value };
	if (str_has_char(a->value, '/') || !address_range_parse(a->value, &range)) {
		lose_address(as, a, STR("it is no IP address"), STR("correct it in the Service, or write spec.addresses of the Gateway by hand"));
		return;
	}
	size_t at = find_address(&g->object, a->value);
	if (at >= ADDRESSES_MOST) {
		lose_address(as, a, STR("a Gateway takes 16 addresses"), STR("give the rest to a Gateway of their own"));
		return;
	}
	if (at == g->object.addresses.n)
		LIST_PUSH(as->arena, &g->object.addresses, address);
	assembly_carry(as, a->fact, OBJECT_GATEWAY, g->namespace, g->object.meta.name, arena_printf(as->arena, "/spec/addresses/%zu/value", at));
	say(as, a, LOSS_NONE, arena_printf(as->arena, "the Gateway asks for address %.*s, which the Service of the controller has today", STR_ARG(a->value)),
		STR("most load balancers give an address to one Service: the Gateway waits for it while the old Service has it"),
		STR("try the Gateway with an address of its own first; at the switch delete the old Service, then apply spec.addresses.\n"
			"Whether it is taken is up to the implementation (feature GatewayStaticAddresses)"));
}

static void add_of(struct assembly *as, const struct balancer *balancer)
{
	size_t n;
	struct printed_gateway *g = only_gateway(as, balancer, &n);
	for (size_t i = 0; i < balancer->addresses.n; i++) {
		if (g)
			add_address(as, g, &balancer->addresses.item[i]);
		else
			lose_address(as, &balancer->addresses.item[i], arena_printf(as->arena, "%zu Gateways stand for one load balancer", n),
				STR("choose the Gateway that is to have it and write spec.addresses there, or use --topology shared"));
	}
	if (g && balancer->addresses.n)
		as->out.item[g->index].tree = object_encode(as->arena, OBJECT_GATEWAY, &g->object,
			schema_api_version(as->schema, object_kind_name(OBJECT_GATEWAY), as->version));
}

void add_addresses(struct assembly *as)
{
	struct map done;
	map_init(&done, as->arena);
	for (size_t i = 0; i < as->gateways.n; i++) {
		const struct balancer *balancer = as->gateways.item[i].balancer;
		if (!balancer || map_get_address(&done, balancer))
			continue;
		map_set_address(&done, balancer, as);
		add_of(as, balancer);
	}
}
