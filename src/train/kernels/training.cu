// Kernels of training, for f32 and bf16 tensors; sums are always in f32.
//
// Each kernel is one pass over memory where the composed form makes several. None uses atomics: a
// sum has one order, so that the same batch gives the same bits and a resumed run repeats an
// uninterrupted one. The callers in mod.rs check shapes; the bounds they promise stand at each kernel.

#include <cuda_bf16.h>
#include <stdint.h>

typedef __nv_bfloat16 bf16;

__device__ __forceinline__ float load(const float *p) { return *p; }
__device__ __forceinline__ float load(const bf16 *p) { return __bfloat162float(*p); }
__device__ __forceinline__ void store(float *p, float x) { *p = x; }
__device__ __forceinline__ void store(bf16 *p, float x) { *p = __float2bfloat16(x); }

// Two neighbours at once; `p` is at an even place of the tensor.
__device__ __forceinline__ float2 load2(const float *p) { return *reinterpret_cast<const float2 *>(p); }
__device__ __forceinline__ float2 load2(const bf16 *p) {
    return __bfloat1622float2(*reinterpret_cast<const __nv_bfloat162 *>(p));
}
__device__ __forceinline__ void store2(float *p, float2 x) { *reinterpret_cast<float2 *>(p) = x; }
__device__ __forceinline__ void store2(bf16 *p, float2 x) {
    *reinterpret_cast<__nv_bfloat162 *>(p) = __float22bfloat162_rn(x);
}

__device__ __forceinline__ float warp_sum(float x) {
    for (int o = 16; o > 0; o >>= 1) x += __shfl_xor_sync(0xffffffffu, x, o);
    return x;
}
__device__ __forceinline__ float warp_max(float x) {
    for (int o = 16; o > 0; o >>= 1) x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, o));
    return x;
}

// The sum or maximum over a block of 256 threads; every thread gets it.
__device__ __forceinline__ float block_sum(float x, float *scratch) {
    x = warp_sum(x);
    if ((threadIdx.x & 31) == 0) scratch[threadIdx.x >> 5] = x;
    __syncthreads();
    float total = 0.f;
    for (int i = 0; i < 8; i++) total += scratch[i];
    __syncthreads();
    return total;
}
__device__ __forceinline__ float block_max(float x, float *scratch) {
    x = warp_max(x);
    if ((threadIdx.x & 31) == 0) scratch[threadIdx.x >> 5] = x;
    __syncthreads();
    float most = scratch[0];
    for (int i = 1; i < 8; i++) most = fmaxf(most, scratch[i]);
    __syncthreads();
    return most;
}

// RMS norm. x, y: [rows, width], w: [width]; width is even. A warp takes a row, a block eight.
template <class T>
__device__ void rms_norm(const T *x, const T *w, T *y, int rows, int width, float eps) {
    int row = blockIdx.x * 8 + threadIdx.y;
    if (row >= rows) return;
    const T *in = x + (int64_t)row * width;
    T *out = y + (int64_t)row * width;
    float squares = 0.f;
    for (int i = threadIdx.x * 2; i < width; i += 64) {
        float2 v = load2(in + i);
        squares += v.x * v.x + v.y * v.y;
    }
    float scale = rsqrtf(warp_sum(squares) / width + eps);
    for (int i = threadIdx.x * 2; i < width; i += 64) {
        float2 v = load2(in + i), a = load2(w + i);
        store2(out + i, make_float2(v.x * scale * a.x, v.y * scale * a.y));
    }
}

// Its gradient. g: [rows, width], dx likewise, parts: [gridDim.x, width] f32, whose sum over the
// first dimension is the gradient of w. With r = 1 / sqrt(mean(x²) + eps):
// dx = r w g - x r³ mean(w g x), dw = sum over rows of g x r. PAIRS * 64 >= width.
template <class T, int PAIRS>
__device__ void rms_norm_back(const T *x, const T *w, const T *g, T *dx, float *parts, int rows, int width,
                              float eps) {
    extern __shared__ float scratch[];
    float2 by_weight[PAIRS], weight[PAIRS];
#pragma unroll
    for (int k = 0; k < PAIRS; k++) {
        int i = threadIdx.x * 2 + 64 * k;
        by_weight[k] = make_float2(0.f, 0.f);
        weight[k] = i < width ? load2(w + i) : make_float2(0.f, 0.f);
    }
    for (int row = blockIdx.x * 8 + threadIdx.y; row < rows; row += gridDim.x * 8) {
        int64_t at = (int64_t)row * width;
        float2 value[PAIRS], grad[PAIRS];
        float squares = 0.f, dot = 0.f;
#pragma unroll
        for (int k = 0; k < PAIRS; k++) {
            int i = threadIdx.x * 2 + 64 * k;
            bool in = i < width;
            value[k] = in ? load2(x + at + i) : make_float2(0.f, 0.f);
            grad[k] = in ? load2(g + at + i) : make_float2(0.f, 0.f);
            squares += value[k].x * value[k].x + value[k].y * value[k].y;
            dot += weight[k].x * grad[k].x * value[k].x + weight[k].y * grad[k].y * value[k].y;
        }
        float scale = rsqrtf(warp_sum(squares) / width + eps);
        float pull = warp_sum(dot) / width * scale * scale * scale;
#pragma unroll
        for (int k = 0; k < PAIRS; k++) {
            int i = threadIdx.x * 2 + 64 * k;
            if (i < width) {
                store2(dx + at + i, make_float2(scale * weight[k].x * grad[k].x - value[k].x * pull,
                                                scale * weight[k].y * grad[k].y - value[k].y * pull));
            }
            by_weight[k].x += grad[k].x * value[k].x * scale;
            by_weight[k].y += grad[k].y * value[k].y * scale;
        }
    }
    // The eight warps' sums, one after another.
    for (int warp = 0; warp < 8; warp++) {
        if (threadIdx.y == warp) {
#pragma unroll
            for (int k = 0; k < PAIRS; k++) {
                int i = threadIdx.x * 2 + 64 * k;
                if (i < width) {
                    float2 before = warp == 0 ? make_float2(0.f, 0.f) : make_float2(scratch[i], scratch[i + 1]);
                    scratch[i] = before.x + by_weight[k].x;
                    scratch[i + 1] = before.y + by_weight[k].y;
                }
            }
        }
        __syncthreads();
    }
    for (int i = threadIdx.y * 32 + threadIdx.x; i < width; i += 256)
        parts[(int64_t)blockIdx.x * width + i] = scratch[i];
}

// out[i] = sum over p of parts[p, i], in order; 32 columns a block of (32, 8): eight strands, then their sum.
template <class T> __device__ void sum_parts(const float *parts, T *out, int count, int width) {
    __shared__ float strands[8][33];
    int i = blockIdx.x * 32 + threadIdx.x;
    float sum = 0.f;
    if (i < width)
        for (int p = threadIdx.y; p < count; p += 8) sum += parts[(int64_t)p * width + i];
    strands[threadIdx.y][threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.y == 0 && i < width) {
        for (int s = 1; s < 8; s++) sum += strands[s][threadIdx.x];
        store(out + i, sum);
    }
}

// silu(gate) * up, two elements a thread; n is even.
template <class T> __device__ void swiglu(const T *gate, const T *up, T *y, int64_t n) {
    int64_t i = ((int64_t)blockIdx.x * blockDim.x + threadIdx.x) * 2;
    if (i >= n) return;
    float2 a = load2(gate + i), b = load2(up + i);
    store2(y + i, make_float2(a.x / (1.f + expf(-a.x)) * b.x, a.y / (1.f + expf(-a.y)) * b.y));
}

// Its gradients: silu' = s + a s (1 - s), s the sigmoid of a.
template <class T>
__device__ void swiglu_back(const T *gate, const T *up, const T *g, T *by_gate, T *by_up, int64_t n) {
    int64_t i = ((int64_t)blockIdx.x * blockDim.x + threadIdx.x) * 2;
    if (i >= n) return;
    float2 a = load2(gate + i), b = load2(up + i), d = load2(g + i);
    float s = 1.f / (1.f + expf(-a.x)), t = 1.f / (1.f + expf(-a.y));
    store2(by_gate + i, make_float2(d.x * b.x * (s + a.x * s * (1.f - s)), d.y * b.y * (t + a.y * t * (1.f - t))));
    store2(by_up + i, make_float2(d.x * a.x * s, d.y * a.y * t));
}

// Heads: x [B * L, H * W] to y [B, H, L, W], turned by the rotary angle of the token's position where
// `turn` is 1 (halves of a head form the pairs), times `scale`. cos, sin: [positions, W / 2] f32.
template <class T>
__device__ void split_heads(const T *x, const float *cosines, const float *sines, const uint32_t *positions, T *y,
                            int length, int heads, int width, int64_t pairs, float scale, int turn) {
    int64_t n = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
    if (n >= pairs) return;
    int half = width / 2, d = n % half;
    int64_t rest = n / half;
    int head = rest % heads;
    int64_t token = rest / heads;
    const T *in = x + (token * heads + head) * width + d;
    T *out = y + ((token / length * heads + head) * length + token % length) * width + d;
    float a = load(in), b = load(in + half), c = 1.f, s = 0.f;
    if (turn) {
        int64_t at = (int64_t)positions[token] * half + d;
        c = cosines[at], s = sines[at];
    }
    store(out, (a * c - b * s) * scale);
    store(out + half, (a * s + b * c) * scale);
}

// The way back: x [B, H, L, W] to y [B * L, H * W], turned the other way.
template <class T>
__device__ void join_heads(const T *x, const float *cosines, const float *sines, const uint32_t *positions, T *y,
                           int length, int heads, int width, int64_t pairs, float scale, int turn) {
    int64_t n = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
    if (n >= pairs) return;
    int half = width / 2, d = n % half;
    int64_t rest = n / half;
    int head = rest % heads;
    int64_t token = rest / heads;
    const T *in = x + ((token / length * heads + head) * length + token % length) * width + d;
    T *out = y + (token * heads + head) * width + d;
    float a = load(in), b = load(in + half), c = 1.f, s = 0.f;
    if (turn) {
        int64_t at = (int64_t)positions[token] * half + d;
        c = cosines[at], s = sines[at];
    }
    store(out, (a * c + b * s) * scale);
    store(out + half, (b * c - a * s) * scale);
}

// Softmax of scores [B, H, L, L] where a token sees itself and what is before it in its example: row
// `l` the columns from l - position to l. Elsewhere 0. A warp takes a row.
template <class T>
__device__ void softmax(const T *scores, const uint32_t *positions, T *p, int length, int heads, int64_t rows) {
    int64_t row = (int64_t)blockIdx.x * 8 + threadIdx.y;
    if (row >= rows) return;
    int l = row % length;
    int64_t batch = row / ((int64_t)length * heads);
    int first = l - (int)positions[batch * length + l];
    const T *in = scores + row * length;
    T *out = p + row * length;
    float most = -INFINITY;
    for (int j = first + threadIdx.x; j <= l; j += 32) most = fmaxf(most, load(in + j));
    most = warp_max(most);
    float sum = 0.f;
    for (int j = first + threadIdx.x; j <= l; j += 32) sum += expf(load(in + j) - most);
    float scale = 1.f / warp_sum(sum);
    for (int j = threadIdx.x; j < length; j += 32)
        store(out + j, j >= first && j <= l ? expf(load(in + j) - most) * scale : 0.f);
}

// Its gradient: ds = p (dp - sum(p dp)), 0 where p is 0 by the mask.
template <class T>
__device__ void softmax_back(const T *p, const T *dp, const uint32_t *positions, T *ds, int length, int heads,
                             int64_t rows) {
    int64_t row = (int64_t)blockIdx.x * 8 + threadIdx.y;
    if (row >= rows) return;
    int l = row % length;
    int64_t batch = row / ((int64_t)length * heads);
    int first = l - (int)positions[batch * length + l];
    const T *probability = p + row * length, *in = dp + row * length;
    T *out = ds + row * length;
    float sum = 0.f;
    for (int j = first + threadIdx.x; j <= l; j += 32) sum += load(probability + j) * load(in + j);
    sum = warp_sum(sum);
    for (int j = threadIdx.x; j < length; j += 32)
        store(out + j, j >= first && j <= l ? load(probability + j) * (load(in + j) - sum) : 0.f);
}

// Cross-entropy of logits [rows, width] against targets [rows]: a block of 256 takes a row. `norms`
// keeps log(sum(exp)) for the way back.
template <class T>
__device__ void cross_entropy(const T *logits, const uint32_t *targets, float *losses, float *norms, int width) {
    __shared__ float scratch[8];
    const T *in = logits + (int64_t)blockIdx.x * width;
    float most = -INFINITY, sum = 0.f;
    for (int i = threadIdx.x; i < width; i += 256) most = fmaxf(most, load(in + i));
    most = block_max(most, scratch);
    for (int i = threadIdx.x; i < width; i += 256) sum += expf(load(in + i) - most);
    sum = block_sum(sum, scratch);
    if (threadIdx.x == 0) {
        float norm = most + logf(sum);
        norms[blockIdx.x] = norm;
        losses[blockIdx.x] = norm - load(in + targets[blockIdx.x]);
    }
}

// Its gradient: (softmax - one at the target) * scale * grad[0].
template <class T>
__device__ void cross_entropy_back(const T *logits, const uint32_t *targets, const float *norms, const float *grad,
                                   T *out, int width, float scale) {
    int64_t at = (int64_t)blockIdx.x * width;
    float norm = norms[blockIdx.x], by = scale * grad[0];
    uint32_t target = targets[blockIdx.x];
    for (int i = threadIdx.x; i < width; i += 256)
        store(out + at + i, (expf(load(logits + at + i) - norm) - (i == target ? 1.f : 0.f)) * by);
}

#define FOR_TYPE(T, name)                                                                                          \
    extern "C" __global__ void rms_norm_##name(const T *x, const T *w, T *y, int rows, int width, float eps) {     \
        rms_norm<T>(x, w, y, rows, width, eps);                                                                    \
    }                                                                                                              \
    extern "C" __global__ void sum_parts_##name(const float *parts, T *out, int count, int width) {                \
        sum_parts<T>(parts, out, count, width);                                                                    \
    }                                                                                                              \
    extern "C" __global__ void swiglu_##name(const T *gate, const T *up, T *y, int64_t n) {                        \
        swiglu<T>(gate, up, y, n);                                                                                 \
    }                                                                                                              \
    extern "C" __global__ void swiglu_back_##name(const T *gate, const T *up, const T *g, T *a, T *b, int64_t n) { \
        swiglu_back<T>(gate, up, g, a, b, n);                                                                      \
    }                                                                                                              \
    extern "C" __global__ void split_heads_##name(const T *x, const float *c, const float *s, const uint32_t *at,  \
                                                  T *y, int length, int heads, int width, int64_t pairs,           \
                                                  float scale, int turn) {                                         \
        split_heads<T>(x, c, s, at, y, length, heads, width, pairs, scale, turn);                                  \
    }                                                                                                              \
    extern "C" __global__ void join_heads_##name(const T *x, const float *c, const float *s, const uint32_t *at,   \
                                                 T *y, int length, int heads, int width, int64_t pairs,            \
                                                 float scale, int turn) {                                          \
        join_heads<T>(x, c, s, at, y, length, heads, width, pairs, scale, turn);                                   \
    }                                                                                                              \
    extern "C" __global__ void softmax_##name(const T *scores, const uint32_t *at, T *p, int length, int heads,    \
                                              int64_t rows) {                                                      \
        softmax<T>(scores, at, p, length, heads, rows);                                                            \
    }                                                                                                              \
    extern "C" __global__ void softmax_back_##name(const T *p, const T *dp, const uint32_t *at, T *ds, int length, \
                                                   int heads, int64_t rows) {                                      \
        softmax_back<T>(p, dp, at, ds, length, heads, rows);                                                       \
    }                                                                                                              \
    extern "C" __global__ void cross_entropy_##name(const T *logits, const uint32_t *targets, float *losses,       \
                                                    float *norms, int width) {                                     \
        cross_entropy<T>(logits, targets, losses, norms, width);                                                   \
    }                                                                                                              \
    extern "C" __global__ void cross_entropy_back_##name(const T *logits, const uint32_t *targets,                 \
                                                         const float *norms, const float *grad, T *out, int width, \
                                                         float scale) {                                            \
        cross_entropy_back<T>(logits, targets, norms, grad, out, width, scale);                                    \
    }

FOR_TYPE(float, f32)
FOR_TYPE(bf16, bf16)

#define FOR_WIDTH(T, name, PAIRS)                                                                                  \
    extern "C" __global__ void rms_norm_back_##name##_##PAIRS(const T *x, const T *w, const T *g, T *dx,           \
                                                              float *parts, int rows, int width, float eps) {      \
        rms_norm_back<T, PAIRS>(x, w, g, dx, parts, rows, width, eps);                                             \
    }

#define FOR_WIDTHS(T, name)                                                                                        \
    FOR_WIDTH(T, name, 1) FOR_WIDTH(T, name, 2) FOR_WIDTH(T, name, 4) FOR_WIDTH(T, name, 6) FOR_WIDTH(T, name, 8)  \
    FOR_WIDTH(T, name, 12) FOR_WIDTH(T, name, 16)

FOR_WIDTHS(float, f32)
FOR_WIDTHS(bf16, bf16)
