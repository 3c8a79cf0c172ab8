def NodeAffinitySchedulingStrategy(node, soft):
    return node
