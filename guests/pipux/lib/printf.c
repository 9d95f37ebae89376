/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vsnprintf after ISO C 7.21.6: %d i u x X o c s p %, flags - 0 + space #,
 * width and precision as numbers or *, lengths hh h l ll z j t.  No floating
 * point.  The result is the length that the whole text has; what does not
 * fit is cut, and the end is always a NUL.  Host-tested.
 */
#include <pipux/kernel.h>

struct out {
	char *buf;
	size_t size, n;
};

enum { LEFT = 1, ZERO = 2, PLUS = 4, SPACE = 8, ALT = 16, UPPER = 32,
	SIGNED = 64 };

struct spec {
	unsigned flags;
	int width, precision;		/* precision -1: none */
	int length;			/* 'H' hh, 'h', 0, 'l', 'L' ll, 'z' */
};

static void put(struct out *o, char c)
{
	if (o->n + 1 < o->size)
		o->buf[o->n] = c;
	o->n++;
}

static void fill(struct out *o, char c, int n)
{
	for (; n > 0; n--)
		put(o, c);
}

/* prefix, then zeros, then the text, within the field */
static void field(struct out *o, const struct spec *s, const char *prefix,
		int zeros, const char *text, int len)
{
	int nprefix = (int)strlen(prefix);
	int pad = s->width - nprefix - zeros - len;

	if (!(s->flags & LEFT))
		fill(o, ' ', pad);
	for (; *prefix; prefix++)
		put(o, *prefix);
	fill(o, '0', zeros);
	for (int i = 0; i < len; i++)
		put(o, text[i]);
	if (s->flags & LEFT)
		fill(o, ' ', pad);
}

static void string(struct out *o, const struct spec *s, const char *text)
{
	size_t max = s->precision < 0 ? 0x7FFFFFFF : (size_t)s->precision;

	if (!text)
		text = "(null)";
	field(o, s, "", 0, text, (int)strnlen(text, max));
}

static const char *number_prefix(const struct spec *s, bool negative,
		uint64_t v, unsigned base)
{
	if (negative)
		return "-";
	if (s->flags & SIGNED)
		return s->flags & PLUS ? "+" : s->flags & SPACE ? " " : "";
	if (!(s->flags & ALT) || !v)
		return "";
	if (base == 16)
		return s->flags & UPPER ? "0X" : "0x";
	return base == 8 ? "0" : "";
}

static void number(struct out *o, const struct spec *s, uint64_t v,
		bool negative, unsigned base)
{
	const char *digits = s->flags & UPPER ? "0123456789ABCDEF"
		: "0123456789abcdef";
	const char *prefix = number_prefix(s, negative, v, base);
	char text[24];
	int pos = sizeof(text), len, zeros;

	/* Most numbers are small: one division instruction a digit then */
	for (; v >> 32; v /= base)
		text[--pos] = digits[v % base];
	for (uint32_t w = (uint32_t)v; w; w /= base)
		text[--pos] = digits[w % base];
	len = (int)sizeof(text) - pos;
	zeros = s->precision < 0 ? (len ? 0 : 1) : s->precision - len;
	if (s->precision < 0 && (s->flags & (ZERO | LEFT)) == ZERO)
		zeros = MAX(zeros, s->width - len - (int)strlen(prefix));
	field(o, s, prefix, MAX(zeros, 0), text + pos, len);
}

static const char *flags(struct spec *s, const char *f)
{
	for (s->flags = 0;; f++) {
		switch (*f) {
		case '-': s->flags |= LEFT; break;
		case '0': s->flags |= ZERO; break;
		case '+': s->flags |= PLUS; break;
		case ' ': s->flags |= SPACE; break;
		case '#': s->flags |= ALT; break;
		default: return f;
		}
	}
}

static const char *amount(int *value, const char *f, va_list *ap)
{
	if (*f == '*') {
		*value = va_arg(*ap, int);
		return f + 1;
	}
	for (*value = 0; *f >= '0' && *f <= '9'; f++)
		*value = *value * 10 + *f - '0';
	return f;
}

static const char *length(struct spec *s, const char *f)
{
	s->length = 0;
	switch (*f) {
	case 'h':
		s->length = f[1] == 'h' ? 'H' : 'h';
		return f + (f[1] == 'h' ? 2 : 1);
	case 'l':
		s->length = f[1] == 'l' ? 'L' : 'l';
		return f + (f[1] == 'l' ? 2 : 1);
	case 'j':
		s->length = 'L';
		return f + 1;
	case 'z':
	case 't':
		s->length = 'z';
		return f + 1;
	}
	return f;
}

static uint64_t unsigned_arg(const struct spec *s, va_list *ap)
{
	switch (s->length) {
	case 'H': return (uint8_t)va_arg(*ap, unsigned);
	case 'h': return (uint16_t)va_arg(*ap, unsigned);
	case 'l': return va_arg(*ap, unsigned long);
	case 'L': return va_arg(*ap, unsigned long long);
	case 'z': return va_arg(*ap, size_t);
	}
	return va_arg(*ap, unsigned);
}

static int64_t signed_arg(const struct spec *s, va_list *ap)
{
	switch (s->length) {
	case 'H': return (int8_t)va_arg(*ap, int);
	case 'h': return (int16_t)va_arg(*ap, int);
	case 'l': return va_arg(*ap, long);
	case 'L': return va_arg(*ap, long long);
	case 'z': return va_arg(*ap, ptrdiff_t);
	}
	return va_arg(*ap, int);
}

/* One conversion, `f` after its length modifier; an unknown one is copied */
static void convert(struct out *o, struct spec *s, char c, va_list *ap)
{
	int64_t v;
	char ch;

	switch (c) {
	case 'd':
	case 'i':
		v = signed_arg(s, ap);
		s->flags |= SIGNED;
		number(o, s, v < 0 ? -(uint64_t)v : (uint64_t)v, v < 0, 10);
		break;
	case 'u':
		number(o, s, unsigned_arg(s, ap), false, 10);
		break;
	case 'o':
		number(o, s, unsigned_arg(s, ap), false, 8);
		break;
	case 'X':
		s->flags |= UPPER;
		/* fall through */
	case 'x':
		number(o, s, unsigned_arg(s, ap), false, 16);
		break;
	case 'p':
		s->flags |= ALT;
		number(o, s, (uintptr_t)va_arg(*ap, void *), false, 16);
		break;
	case 'c':
		ch = (char)va_arg(*ap, int);
		field(o, s, "", 0, &ch, 1);
		break;
	case 's':
		string(o, s, va_arg(*ap, const char *));
		break;
	default:
		put(o, c);
	}
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out o = { buf, size, 0 };
	struct spec s;
	va_list ap;

	va_copy(ap, args);
	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			put(&o, *fmt);
			continue;
		}
		fmt = flags(&s, fmt + 1);
		fmt = amount(&s.width, fmt, &ap);
		if (s.width < 0) {
			s.flags |= LEFT;
			s.width = -s.width;
		}
		s.precision = -1;
		if (*fmt == '.')
			fmt = amount(&s.precision, fmt + 1, &ap);
		fmt = length(&s, fmt);
		if (!*fmt)
			break;
		convert(&o, &s, *fmt, &ap);
	}
	va_end(ap);
	if (size)
		buf[MIN(o.n, size - 1)] = 0;
	return (int)o.n;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}
