from __future__ import annotations
import numpy as np
from automl_flow.nas.samplers._base import HistorySampler
from automl_flow.nas.samplers._encoding import Vector, keys_of, draw_rows
from automl_flow.nas.samplers._history import History

class BananasSampler(HistorySampler):
    def __init__(self, *, seed=42, n_startup_trials=10, members=5, width=32, steps=150, lr=0.02, wd=0.01, hist=True, acq="its", prior=True, cand=200, rounds=3, boot=True,blend=0.5):
        super().__init__(seed=seed, n_startup_trials=n_startup_trials, several="scalarise")
        self.__dict__.update(dict(members=members,width=width,steps=steps,lr=lr,wd=wd,hist=hist,acq=acq,prior=prior,cand=cand,rounds=rounds,boot=boot,blend=blend))
    def groups(self, dims):
        g={}
        for j,d in enumerate(dims):
            if d.categorical and d.levels>1: g.setdefault(repr(d.distribution),[]).append(j)
        return [v for v in g.values() if len(v)>1]
    def features(self, X, dims):
        out=[]
        for j,d in enumerate(dims):
            if d.categorical: out.append((X[:,j,None]==np.arange(d.levels)).astype(float)*1.0)
            else:
                x=np.nan_to_num(X[:,j],nan=0.5)*2-1
                out+= [x[:,None], (x**2)[:,None], np.isnan(X[:,j])[:,None]*1.0]
        if self.hist:
            for g in self.groups(dims):
                out.append((X[:,g,None]==np.arange(dims[g[0]].levels)).sum(1)/len(g)**.5)
        return np.concatenate(out,1)
    def train(self,F,y,rng):
        E,h=self.members,self.width; n,f=F.shape
        W1=rng.normal(size=(E,f,h))/np.sqrt(max(1,(F**2).sum(1).mean())); b1=rng.normal(size=(E,1,h))*.3
        W2=rng.normal(size=(E,h,h))*np.sqrt(2/h); b2=np.zeros((E,1,h)); W3=rng.normal(size=(E,h,1))*np.sqrt(1/h); b3=np.zeros((E,1,1))
        P=[W1,b1,W2,b2,W3,b3]; P0=[p.copy() for p in P] if self.prior else [0*p for p in P]
        M=[0*p for p in P]; V=[0*p for p in P]
        wt=rng.exponential(size=(E,n,1)) if self.boot else np.ones((E,n,1))
        for t in range(1,self.steps+1):
            h1=np.tanh(F@P[0]+P[1]) ; z2=h1@P[2]+P[3]; h2=np.maximum(z2,0); o=h2@P[4]+P[5]
            d=wt*(o-y[None,:,None])/n*2
            g4=h2.transpose(0,2,1)@d; g5=d.sum(1,keepdims=True)
            d2=(d@P[4].transpose(0,2,1))*(z2>0); g2=h1.transpose(0,2,1)@d2; g3=d2.sum(1,keepdims=True)
            d1=(d2@P[2].transpose(0,2,1))*(1-h1**2); g0=F.T@d1; g1=d1.sum(1,keepdims=True)
            lr=self.lr*(0.5+0.5*np.cos(np.pi*t/self.steps))
            for i,g in enumerate((g0,g1,g2,g3,g4,g5)):
                g=g+self.wd*(P[i]-P0[i])
                M[i]=.9*M[i]+.1*g; V[i]=.99*V[i]+.01*g*g
                P[i]=P[i]-lr*(M[i]/(1-.9**t))/(np.sqrt(V[i]/(1-.99**t))+1e-8)
        return P
    def predict(self,F,P):
        h1=np.tanh(F@P[0]+P[1]); return (np.maximum(h1@P[2]+P[3],0)@P[4]+P[5])[...,0]
    def _propose(self, history: History, rng) -> Vector:
        dims=history.dimensions; X,y=history.X,history.utility
        y=(y-y.mean())/(y.std()+1e-9)
        P=self.train(self.features(X,dims),y,rng)
        best=y.max()
        noise=rng.normal()
        def score(C):
            p=self.predict(self.features(C,dims),P); m,s=p.mean(0),p.std(0)+1e-6
            if self.acq=="its": return m+s*rng.normal(size=len(m))
            if self.acq=="ts": return p[0]
            if self.acq=="ucb": return m+self.blend*s
            from scipy.special import ndtr
            z=(m-best)/s; return s*(z*ndtr(z)+np.exp(-.5*z*z)/np.sqrt(2*np.pi))
        top=np.argsort(-y,kind="stable")[:10]
        Q=np.concatenate([history.mutate(X[np.resize(top,self.cand)],rng.integers(1,4,self.cand),rng),draw_rows(dims,rng,self.cand)])
        Q=history.effective(Q)
        def new(P,old=()):
            out={}; 
            for k,r in zip(keys_of(P),P):
                if k not in history.seen and k not in old: out[k]=r
            return out
        pool=new(Q); C=np.array(list(pool.values())); s=score(C)
        for _ in range(self.rounds):
            lead=np.argsort(-s,kind="stable")[:10]
            more=new(history.effective(history.mutate(np.repeat(C[lead],10,0),np.ones(10*len(lead),int),rng)),pool)
            if not more: break
            pool|=more; Cn=np.array(list(more.values()))
            C=np.concatenate([C,Cn]); s=np.concatenate([s,score(Cn)])
        return history.fill(C[np.argmax(s)][None],rng)[0]
