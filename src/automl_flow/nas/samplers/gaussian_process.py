from __future__ import annotations
import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize
from scipy.special import ndtr, ndtri
from automl_flow.nas.samplers._base import HistorySampler
from automl_flow.nas.samplers._encoding import Vector, keys_of, draw_rows
from automl_flow.nas.samplers._history import History

class GaussianProcessSampler(HistorySampler):
    def __init__(self, *, seed=42, n_startup_trials=10, ard=True, hist=True, rounds=3, prior=1.0, cand=200, enum=0, acq="ei", mode="add", nz=0.05,power=0):
        super().__init__(seed=seed, n_startup_trials=n_startup_trials, several="scalarise")
        self.ard,self.hist,self.rounds,self.prior,self.cand,self.enum,self.acq,self.mode,self.nz,self.power=ard,hist,rounds,prior,cand,enum,acq,mode,nz,power

    def groups(self, dims):
        g={}
        for j,d in enumerate(dims):
            if d.categorical and d.levels>1: g.setdefault(repr(d.distribution),[]).append(j)
        return [v for v in g.values() if len(v)>1]

    def dist(self, A, B, dims):
        out=[]
        for j,d in enumerate(dims):
            a=A[:,None,j]; b=B[None,:,j]
            if d.categorical: D=(a!=b).astype(float)
            else: D=4*(a-b)**2
            na,nb=np.isnan(a),np.isnan(b)
            if na.any() or nb.any():
                D=np.where(na&nb,0.0,np.where(na|nb,1.0,D))
            out.append(D)
        if self.hist:
            for g in self.groups(dims):
                k=dims[g[0]].levels
                ca=(A[:,g,None]==np.arange(k)).sum(1); cb=(B[:,g,None]==np.arange(k)).sum(1)
                out.append(np.abs(ca[:,None]-cb[None]).sum(2)/2.0)
        return np.stack(out)

    def parts(self,D,w,v,a):
        p=len(w); ng=len(v)
        K1=np.exp(-np.tensordot(w,D[:p],1))
        Ks=[np.exp(-v[i]*D[p+i]) for i in range(ng)]
        soft=np.exp(np.concatenate([[0],a])); soft/=soft.sum()
        return [K1]+Ks,soft

    def fit(self, D, y, ng):
        p=len(D)-ng; n=len(y)
        nw = p if self.ard else 1
        def unpack(t):
            w=np.exp(t[:nw]) if self.ard else np.full(p,np.exp(t[0]))
            v=np.exp(t[nw:nw+ng]); return w,v,t[nw+ng:nw+2*ng],t[-1]
        mu0=np.concatenate([np.full(nw,np.log(1.5/p**.5)),np.full(ng,np.log(0.5)),np.zeros(ng),[np.log(self.nz)]])
        sd=np.concatenate([np.full(nw,self.prior),np.full(ng,1.0),np.full(ng,1.5),[1.0]])
        def obj(t):
            w,v,a,ln=unpack(t)
            Ks,soft=self.parts(D,w,v,a)
            K0=sum(s*k for s,k in zip(soft,Ks))
            s2=np.exp(ln)
            K=K0+ (s2+1e-6)*np.eye(n)
            L=np.linalg.cholesky(K); al=cho_solve((L,True),y)
            f=.5*y@al+np.log(np.diag(L)).sum()+.5*(((t-mu0)/sd)**2).sum()
            Ki=cho_solve((L,True),np.eye(n)); G=.5*(Ki-np.outer(al,al))
            g=np.empty_like(t)
            GK=G*Ks[0]*soft[0]
            dw=-np.tensordot(D[:p],GK,2)
            g[:nw]=dw*w if self.ard else (dw*w).sum()
            for i in range(ng):
                g[nw+i]=-(G*Ks[1+i]*D[p+i]).sum()*soft[1+i]*v[i]
                g[nw+ng+i]=soft[1+i]*(G*(Ks[1+i]-K0)).sum()
            g[-1]=s2*np.trace(G)
            g+=(t-mu0)/sd**2
            return f,g
        r=minimize(obj,mu0,jac=True,method="L-BFGS-B",options=dict(maxiter=25),bounds=[(-6,4)]*(len(mu0)-1)+[(np.log(1e-3),0)])
        w,v,a,ln=unpack(r.x)
        return w,v,a,np.exp(ln)
    def kern(self,D,th):
        Ks,soft=self.parts(D,*th[:3])
        return sum(s*k for s,k in zip(soft,Ks))

    def _propose(self, history: History, rng) -> Vector:
        dims=history.dimensions; ng=len(self.groups(dims)) if self.hist else 0
        X,y=history.X,history.utility
        if self.power:
            y=np.exp(self.power*y)
        y=(y-y.mean())/(y.std()+1e-9)
        D=self.dist(X,X,dims); th=self.fit(D,y,ng)
        K=self.kern(D,th)+(th[-1]+1e-6)*np.eye(len(y)); L=cholesky(K,lower=True); al=cho_solve((L,True),y)
        mu_train=self.kern(D,th)@al
        best=mu_train.max()
        def score(C):
            Ks=self.kern(self.dist(C,X,dims),th); m=Ks@al; v=1-(solve_triangular(L,Ks.T,lower=True)**2).sum(0)
            s=np.sqrt(np.maximum(v,1e-9))
            if self.acq=="ts": return m+ s*rng.normal(size=len(m))
            if self.acq=="ucb": return m+ 1.0*s
            z=(m-best)/s; return s*(z*ndtr(z)+np.exp(-.5*z*z)/np.sqrt(2*np.pi))
        top=np.argsort(-y,kind="stable")[:10]
        P=np.concatenate([history.mutate(X[np.resize(top,self.cand)],rng.integers(1,4,self.cand),rng),draw_rows(dims,rng,self.cand)])
        P=history.effective(P)
        def new(P,old=()):
            out={}; 
            for k,r in zip(keys_of(P),P):
                if k not in history.seen and k not in old: out[k]=r
            return out
        pool=new(P); C=np.array(list(pool.values())); s=score(C)
        for _ in range(self.rounds):
            lead=np.argsort(-s,kind="stable")[:10]
            more=new(history.effective(history.mutate(np.repeat(C[lead],10,0),np.ones(10*len(lead),int),rng)),pool)
            if not more: break
            pool|=more; Cn=np.array(list(more.values()))
            C=np.concatenate([C,Cn]); s=np.concatenate([s,score(Cn)])
        return history.fill(C[np.argmax(s)][None],rng)[0]
