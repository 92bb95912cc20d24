/* llama.cpp's side of the drawing bench: the same prompts and lengths as benches/drawing.rs, decoded in
 * one batch. A prompt is read once and its cells are shared by its samples. Nothing is sampled and no
 * logits are looked at (the next tokens are made up), which can only make it faster.
 *
 *     llama_cpp MODEL.gguf PROMPTS THREADS PER_PROMPT NEW BATCH...    a line of JSON per batch size
 *     llama_cpp MODEL.gguf PROMPTS THREADS greedy NEW                 the first prompt's greedy tokens
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ggml-backend.h"
#include "llama.h"

#define MAX_PROMPTS 1024
#define MAX_PROMPT 2048

static llama_token prompts[MAX_PROMPTS][MAX_PROMPT];
static int lengths[MAX_PROMPTS];
static int count;

static void read_prompts(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(1);
    }
    static char line[1 << 16];
    while (fgets(line, sizeof line, file) && count < MAX_PROMPTS) {
        int n = 0;
        for (char *word = strtok(line, " \n"); word && n < MAX_PROMPT; word = strtok(NULL, " \n")) {
            prompts[count][n++] = atoi(word);
        }
        lengths[count++] = n;
    }
    fclose(file);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static void put(struct llama_batch *batch, llama_token token, int position, int sequence, bool logits) {
    int at = batch->n_tokens++;
    batch->token[at] = token;
    batch->pos[at] = position;
    batch->n_seq_id[at] = 1;
    batch->seq_id[at][0] = sequence;
    batch->logits[at] = logits;
}

static void decode(struct llama_context *context, struct llama_batch batch) {
    if (llama_decode(context, batch) != 0) {
        fprintf(stderr, "llama_decode failed\n");
        exit(1);
    }
}

static void quiet(enum ggml_log_level level, const char *text, void *data) {
    (void)data;
    if (level == GGML_LOG_LEVEL_ERROR) {
        fputs(text, stderr);
    }
}

/* One run: every prompt read once, then `new` tokens of each of `size` samples. */
static double run(struct llama_context *context, int vocabulary, int size, int per_prompt, int new) {
    llama_memory_clear(llama_get_memory(context), true);
    struct llama_batch batch = llama_batch_init(llama_n_batch(context), 0, 1);
    double started = now();
    for (int first = 0; first < size; first += per_prompt) {
        int prompt = first / per_prompt;
        if (batch.n_tokens + lengths[prompt] > (int)llama_n_batch(context)) {
            decode(context, batch);
            batch.n_tokens = 0;
        }
        for (int i = 0; i < lengths[prompt]; i++) {
            put(&batch, prompts[prompt][i], i, first, i == lengths[prompt] - 1);
        }
    }
    decode(context, batch);
    for (int sample = 0; sample < size; sample++) {
        int first = sample / per_prompt * per_prompt;
        if (sample != first) {
            llama_memory_seq_cp(llama_get_memory(context), first, sample, -1, -1);
        }
    }
    for (int step = 0; step < new; step++) {
        batch.n_tokens = 0;
        for (int sample = 0; sample < size; sample++) {
            llama_token token = (llama_token)((unsigned)rand() % (unsigned)vocabulary);
            put(&batch, token, lengths[sample / per_prompt] + step, sample, true);
        }
        decode(context, batch);
        llama_synchronize(context);
    }
    double seconds = now() - started;
    llama_batch_free(batch);
    return seconds;
}

static struct llama_context *open_context(struct llama_model *model, int size, int threads, int cells, bool unified,
                                          bool flash) {
    struct llama_context_params params = llama_context_default_params();
    params.n_seq_max = size;
    params.n_ctx = cells;
    params.n_batch = 2048;
    params.n_ubatch = 512;
    params.n_threads = params.n_threads_batch = threads;
    params.kv_unified = unified;
    params.flash_attn_type = flash ? LLAMA_FLASH_ATTN_TYPE_ENABLED : LLAMA_FLASH_ATTN_TYPE_DISABLED;
    params.no_perf = true;
    struct llama_context *context = llama_init_from_model(model, params);
    if (!context) {
        fprintf(stderr, "no context for %d sequences\n", size);
        exit(1);
    }
    return context;
}

int main(int argc, char **argv) {
    if (argc < 6) {
        fprintf(stderr, "see the head of this file\n");
        return 2;
    }
    llama_log_set(quiet, NULL);
    const char *backends = getenv("LLAMA_BACKENDS");
    if (backends) {
        ggml_backend_load_all_from_path(backends);
    }
    llama_backend_init();
    struct llama_model *model = llama_model_load_from_file(argv[1], llama_model_default_params());
    if (!model) {
        return 1;
    }
    read_prompts(argv[2]);
    int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
    int threads = atoi(argv[3]), new = atoi(argv[5]);
    int longest = 0;
    for (int i = 0; i < count; i++) {
        longest = lengths[i] > longest ? lengths[i] : longest;
    }
    if (strcmp(argv[4], "greedy") == 0) {
        struct llama_context *context = open_context(model, 1, threads, longest + new, true, true);
        struct llama_batch batch = llama_batch_init(longest + 1, 0, 1);
        for (int i = 0; i < lengths[0]; i++) {
            put(&batch, prompts[0][i], i, 0, i == lengths[0] - 1);
        }
        for (int step = 0; step < new; step++) {
            decode(context, batch);
            const float *logits = llama_get_logits_ith(context, -1);
            int best = 0;
            for (int token = 1; token < vocabulary; token++) {
                best = logits[token] > logits[best] ? token : best;
            }
            printf(step ? " %d" : "%d", best);
            batch.n_tokens = 0;
            put(&batch, best, lengths[0] + step, 0, true);
        }
        printf("\n");
        return 0;
    }
    int per_prompt = atoi(argv[4]);
    for (int argument = 6; argument < argc; argument++) {
        int size = atoi(argv[argument]);
        /* Layouts of its cache and kinds of attention: a short trial of each, then the best of two whole runs
         * of the fastest one. */
        int cells = size * (longest + new + 32), fastest = 0, trial = new < 16 ? new : 16;
        double least = 1e30, best = 1e30;
        for (int layout = 0; layout < 4; layout++) {
            struct llama_context *context = open_context(model, size, threads, cells, layout & 1, layout & 2);
            double seconds = run(context, vocabulary, size, per_prompt, trial);
            if (seconds < least) {
                least = seconds;
                fastest = layout;
            }
            llama_free(context);
        }
        struct llama_context *context = open_context(model, size, threads, cells, fastest & 1, fastest & 2);
        for (int repeat = 0; repeat < 2; repeat++) {
            double seconds = run(context, vocabulary, size, per_prompt, new);
            best = seconds < best ? seconds : best;
        }
        llama_free(context);
        printf("{\"engine\":\"llama.cpp\",\"model\":\"%s\",\"batch\":%d,\"threads\":%d,\"tokens\":%d,\"seconds\":%.3f,"
               "\"tokens_per_second\":%.1f,\"unified_cache\":%s,\"flash_attention\":%s}\n",
               strrchr(argv[1], '/') ? strrchr(argv[1], '/') + 1 : argv[1], size, threads, size * new, best,
               size * new / best, fastest & 1 ? "true" : "false", fastest & 2 ? "true" : "false");
        fflush(stdout);
    }
    return 0;
}
