/* SPDX-License-Identifier: Apache-2.0 */
/* Packed trees: see packed.h. */
#include "doc/packed.h"

#include "doc/scalar.h"

/* Where a text stands: in the document behind so many bytes of its place (a quote), or written here. */
enum text_place { TEXT_AT = 0, TEXT_BEHIND_QUOTE = 1, TEXT_HERE = 2, TEXT_PLACES = 3 };

/* The first byte of a node. */
enum { KIND_MASK = 0x07, PLAIN = 0x08, TRUE_WORD = 0x10, PLACE_SHIFT = 5 };

/* ---- writing ---- */

struct packer {
	struct buf *out;
	str text;
	uint32_t at;        /* the place before */
};

static void put_number(struct packer *p, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		buf_add_char(p->out, (char)(number | 0x80));
	buf_add_char(p->out, (char)number);
}

/* The distance from the place before; an alias goes back, so the lowest bit is the sign. */
static void put_offset(struct packer *p, uint32_t offset)
{
	put_number(p, offset >= p->at ? (uint64_t)(offset - p->at) << 1 : (uint64_t)(p->at - offset) << 1 | 1);
	p->at = offset;
}

static enum text_place place_of(const struct packer *p, uint32_t offset, str text)
{
	for (enum text_place place = TEXT_AT; place <= TEXT_BEHIND_QUOTE; place++) {
		size_t start = (size_t)offset + place;
		if (start <= p->text.n && str_starts((str){ p->text.p + start, p->text.n - start }, text))
			return place;
	}
	return TEXT_HERE;
}

static void put_text(struct packer *p, enum text_place place, str text)
{
	put_number(p, text.n);
	if (place == TEXT_HERE)
		buf_add(p->out, text);
}

static void put_node(struct packer *p, const struct node *node);

static void put_pair(struct packer *p, const struct pair *pair)
{
	enum text_place place = place_of(p, pair->key_at.offset, pair->key);
	put_offset(p, pair->key_at.offset);
	put_number(p, (uint64_t)pair->key.n * TEXT_PLACES + place);
	if (place == TEXT_HERE)
		buf_add(p->out, pair->key);
	put_node(p, pair->value);
}

static void put_node(struct packer *p, const struct node *node)
{
	bool scalar = node->kind != NODE_LIST && node->kind != NODE_MAP;
	enum text_place place = scalar ? place_of(p, node->at.offset, node->as.text) : TEXT_AT;
	unsigned head = (unsigned)node->kind | (unsigned)place << PLACE_SHIFT;
	if (node->plain)
		head |= PLAIN;
	if (node->truth)
		head |= TRUE_WORD;
	buf_add_char(p->out, (char)head);
	put_offset(p, node->at.offset);
	put_number(p, node->span);
	if (scalar) {
		put_text(p, place, node->as.text);
		return;
	}
	put_number(p, node->kind == NODE_LIST ? node->as.list.n : node->as.map.n);
	for (size_t i = 0; node->kind == NODE_LIST && i < node->as.list.n; i++)
		put_node(p, node->as.list.item[i]);
	for (size_t i = 0; node->kind == NODE_MAP && i < node->as.map.n; i++)
		put_pair(p, &node->as.map.item[i]);
}

void packed_write(struct buf *out, const struct node *root, str text)
{
	struct packer p = { .out = out, .text = text };
	put_node(&p, root);
}

/* ---- reading ---- */

struct unpacker {
	struct arena *arena;
	str text;
	const unsigned char *p;
	struct place at;    /* the place before */
};

static uint64_t take_number(struct unpacker *u)
{
	uint64_t number = 0;
	unsigned shift = 0;
	for (; *u->p & 0x80; shift += 7)
		number |= (uint64_t)(*u->p++ & 0x7f) << shift;
	return number | (uint64_t)*u->p++ << shift;
}

static struct place take_place(struct unpacker *u)
{
	uint64_t distance = take_number(u);
	u->at.offset += distance & 1 ? -(uint32_t)(distance >> 1) : (uint32_t)(distance >> 1);
	return u->at;
}

static str take_text(struct unpacker *u, enum text_place place, size_t n)
{
	if (place != TEXT_HERE)
		return (str){ u->text.p + u->at.offset + place, n };
	str text = { (const char *)u->p, n };
	u->p += n;
	return text;
}

static struct node *take_node(struct unpacker *u);

static struct pair take_pair(struct unpacker *u)
{
	struct pair pair = { .key_at = take_place(u) };
	uint64_t key = take_number(u);
	pair.key = take_text(u, (enum text_place)(key % TEXT_PLACES), (size_t)(key / TEXT_PLACES));
	pair.value = take_node(u);
	return pair;
}

static void take_entries(struct unpacker *u, struct node *node)
{
	size_t n = (size_t)take_number(u);
	if (node->kind == NODE_LIST) {
		node->as.list.item = NEWS(u->arena, struct node *, n);
		node->as.list.n = node->as.list.cap = n;
		for (size_t i = 0; i < n; i++)
			node->as.list.item[i] = take_node(u);
		return;
	}
	node->as.map.item = NEWS(u->arena, struct pair, n);
	node->as.map.n = node->as.map.cap = n;
	for (size_t i = 0; i < n; i++)
		node->as.map.item[i] = take_pair(u);
}

static struct node *take_node(struct unpacker *u)
{
	struct node *node = NEW(u->arena, struct node);
	unsigned head = *u->p++;
	node->kind = (enum node_kind)(head & KIND_MASK);
	node->plain = head & PLAIN;
	node->truth = head & TRUE_WORD;
	node->at = take_place(u);
	node->span = (uint32_t)take_number(u);
	if (node->kind == NODE_LIST || node->kind == NODE_MAP) {
		take_entries(u, node);
		return node;
	}
	size_t n = (size_t)take_number(u);
	node->as.text = take_text(u, (enum text_place)(head >> PLACE_SHIFT), n);
	if (node->kind == NODE_INT)
		node->number = scalar_resolve(node->as.text).number;
	return node;
}

struct node *packed_read(struct arena *arena, uint32_t file, str text, str packed)
{
	if (packed.n == 0)
		return NULL;
	struct unpacker u = { .arena = arena, .text = text, .p = (const unsigned char *)packed.p, .at = { file, 0 } };
	return take_node(&u);
}
