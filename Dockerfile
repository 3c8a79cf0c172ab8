# Podium in a container. For the CPU:
#   docker build -t podium . && docker run --rm -p 8888:8888 -v podium-runs:/home/podium/podium/runs podium
# For an NVIDIA GPU (the host needs its driver and NVIDIA's container toolkit):
#   docker build -t podium --build-arg DEVICE=gpu . && docker run --rm --gpus all -p 8888:8888 podium
# The notebooks executed once, with scores and submissions: add "npm start" to docker run.
FROM node:22-bookworm-slim

ARG DEVICE=cpu
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates g++ git python3 python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1001 --create-home --shell /bin/bash podium

# What NVIDIA's container toolkit mounts of the driver.
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility

USER 1001
WORKDIR /home/podium/podium
COPY --chown=1001 . .
RUN PODIUM_DEVICE=$DEVICE npm run build \
    && npm cache clean --force && rm -rf /home/podium/.cache/pip && mkdir runs

EXPOSE 8888
CMD ["npm", "run", "lab", "--", "--ip=0.0.0.0", "--no-browser"]
