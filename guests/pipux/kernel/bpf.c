/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The classic BSD packet filter: a machine with an accumulator, an index
 * register and 16 words of memory (McCanne and Jacobson, "The BSD Packet
 * Filter", 1993; constants of <linux/filter.h>).
 *
 * A checked program ends: jumps go forward only, and the last instruction
 * returns.  LIMIT: the ancillary loads of Linux (SKF_AD_OFF) drop the packet.
 */
#include <pipux/bpf.h>
#include <pipux/mm.h>

static bool load_ok(const struct sock_filter *f)
{
	switch (BPF_MODE(f->code)) {
	case BPF_IMM:
	case BPF_LEN:
		return BPF_SIZE(f->code) == BPF_W;
	case BPF_MEM:
		return f->k < BPF_MEMWORDS;
	case BPF_ABS:
	case BPF_IND:
		return BPF_CLASS(f->code) == BPF_LD
			&& BPF_SIZE(f->code) <= BPF_B;
	case BPF_MSH:
		return BPF_CLASS(f->code) == BPF_LDX
			&& BPF_SIZE(f->code) == BPF_B;
	}
	return false;
}

static bool alu_ok(const struct sock_filter *f)
{
	switch (BPF_OP(f->code)) {
	case BPF_DIV:
	case BPF_MOD:
		return BPF_SRC(f->code) == BPF_X || f->k != 0;
	case BPF_LSH:
	case BPF_RSH:
		return BPF_SRC(f->code) == BPF_X || f->k < 32;
	}
	return BPF_OP(f->code) <= BPF_XOR;
}

/* `left` instructions follow this one */
static bool jump_ok(const struct sock_filter *f, uint32_t left)
{
	switch (BPF_OP(f->code)) {
	case BPF_JA:
		return f->k < left;
	case BPF_JEQ:
	case BPF_JGT:
	case BPF_JGE:
	case BPF_JSET:
		return f->jt < left && f->jf < left;
	}
	return false;
}

static bool instruction_ok(const struct sock_filter *f, uint32_t left)
{
	if (f->code > 0xFF)
		return false;
	switch (BPF_CLASS(f->code)) {
	case BPF_LD:
	case BPF_LDX:
		return load_ok(f);
	case BPF_ST:
	case BPF_STX:
		return f->k < BPF_MEMWORDS;
	case BPF_ALU:
		return alu_ok(f);
	case BPF_JMP:
		return jump_ok(f, left);
	case BPF_RET:
		return true;
	}
	return BPF_MISCOP(f->code) == BPF_TAX || BPF_MISCOP(f->code) == BPF_TXA;
}

static bool program_ok(const struct bpf_program *p)
{
	for (uint32_t i = 0; i < p->len; i++)
		if (!instruction_ok(&p->code[i], p->len - 1 - i))
			return false;
	return BPF_CLASS(p->code[p->len - 1].code) == BPF_RET;
}

struct bpf_program *bpf_load(const struct sock_fprog *prog)
{
	struct bpf_program *p;
	size_t size;
	int rc = 0;

	if (!prog->filter || !prog->len || prog->len > BPF_MAXINSNS)
		return ERR_PTR(-EINVAL);
	size = prog->len * sizeof(p->code[0]);
	p = kmalloc(sizeof(*p) + size);
	if (!p)
		return ERR_PTR(-ENOMEM);
	p->len = prog->len;
	if (copy_from_user(p->code, prog->filter, size))
		rc = -EFAULT;
	else if (!program_ok(p))
		rc = -EINVAL;
	if (!rc)
		return p;
	kfree(p);
	return ERR_PTR(rc);
}

struct machine {
	const uint8_t *data;
	uint32_t len;
	uint32_t a, x, mem[BPF_MEMWORDS];
};

/* Big-endian bytes of the packet: false beyond its end */
static bool fetch(const struct machine *m, uint32_t at, unsigned n,
		uint32_t *to)
{
	uint32_t v = 0;

	if (at > m->len || n > m->len - at)
		return false;
	for (unsigned i = 0; i < n; i++)
		v = v << 8 | m->data[at + i];
	*to = v;
	return true;
}

static bool load(struct machine *m, const struct sock_filter *f, uint32_t *to)
{
	static const uint8_t bytes[] = { 4, 2, 1 };	/* BPF_W, H, B */
	unsigned n = bytes[BPF_SIZE(f->code) >> 3];

	switch (BPF_MODE(f->code)) {
	case BPF_IMM:
		*to = f->k;
		return true;
	case BPF_LEN:
		*to = m->len;
		return true;
	case BPF_MEM:
		*to = m->mem[f->k];
		return true;
	case BPF_ABS:
		return fetch(m, f->k, n, to);
	case BPF_IND:
		return m->x + f->k >= f->k && fetch(m, m->x + f->k, n, to);
	}
	if (!fetch(m, f->k, 1, to))	/* BPF_MSH: an IP header's length */
		return false;
	*to = (*to & 15) * 4;
	return true;
}

static bool compute(struct machine *m, const struct sock_filter *f)
{
	uint32_t v = BPF_SRC(f->code) == BPF_X ? m->x : f->k;

	switch (BPF_OP(f->code)) {
	case BPF_ADD:
		m->a += v;
		break;
	case BPF_SUB:
		m->a -= v;
		break;
	case BPF_MUL:
		m->a *= v;
		break;
	case BPF_DIV:
	case BPF_MOD:
		if (!v)
			return false;
		m->a = BPF_OP(f->code) == BPF_DIV ? m->a / v : m->a % v;
		break;
	case BPF_OR:
		m->a |= v;
		break;
	case BPF_AND:
		m->a &= v;
		break;
	case BPF_XOR:
		m->a ^= v;
		break;
	case BPF_LSH:
		m->a <<= v & 31;
		break;
	case BPF_RSH:
		m->a >>= v & 31;
		break;
	case BPF_NEG:
		m->a = -m->a;
	}
	return true;
}

/* How many instructions to pass over */
static uint32_t jump(const struct machine *m, const struct sock_filter *f)
{
	uint32_t v = BPF_SRC(f->code) == BPF_X ? m->x : f->k;
	bool yes = false;

	switch (BPF_OP(f->code)) {
	case BPF_JA:
		return f->k;
	case BPF_JEQ:
		yes = m->a == v;
		break;
	case BPF_JGT:
		yes = m->a > v;
		break;
	case BPF_JGE:
		yes = m->a >= v;
		break;
	case BPF_JSET:
		yes = m->a & v;
	}
	return yes ? f->jt : f->jf;
}

uint32_t bpf_run(const struct bpf_program *p, const uint8_t *data,
		uint32_t len)
{
	struct machine m = { .data = data, .len = len };

	for (const struct sock_filter *f = p->code; ; f++) {
		bool ok = true;

		switch (BPF_CLASS(f->code)) {
		case BPF_LD:
			ok = load(&m, f, &m.a);
			break;
		case BPF_LDX:
			ok = load(&m, f, &m.x);
			break;
		case BPF_ST:
			m.mem[f->k] = m.a;
			break;
		case BPF_STX:
			m.mem[f->k] = m.x;
			break;
		case BPF_ALU:
			ok = compute(&m, f);
			break;
		case BPF_JMP:
			f += jump(&m, f);
			break;
		case BPF_RET:
			return BPF_RVAL(f->code) == BPF_A ? m.a : f->k;
		default:
			if (BPF_MISCOP(f->code) == BPF_TAX)
				m.x = m.a;
			else
				m.a = m.x;
		}
		if (!ok)
			return 0;
	}
}
